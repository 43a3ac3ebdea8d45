import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { chooseFront } from '../../src/edge/edge.ts';

const run = promisify(execFile);
const EDGE = new URL('../../src/edge/edge.js', import.meta.url).href;

/** Chooses in a fresh process under these options; what it chose, or the words of the error. */
async function chosen(
  want: string,
  ...options: string[]
): Promise<{ name?: string; why?: string; error?: string }> {
  const script = `
    const { chooseFront } = await import('${EDGE}');
    const said = await chooseFront('${want}').then(({ name, why }) => ({ name, why }), (e) => ({ error: e.message }));
    process.stdout.write(JSON.stringify(said));`;
  const { stdout } = await run(
    process.execPath,
    [...options, '--input-type=module', '-e', script],
    { timeout: 20_000 },
  );
  return JSON.parse(stdout);
}

test('takes node:http where the configuration asks for it', async () => {
  const front = await chooseFront('node');
  assert.equal(front.name, 'node');
  assert.match(front.why, /configuration/);
});

test('takes the stand-in where no add-on may load, and says why', async () => {
  const { name, why } = await chosen('auto', '--no-addons');
  assert.equal(name, 'node');
  assert.match(why ?? '', /@rjweb\/uws/);
});

test('does not fall back where the add-on was asked for', async () => {
  const { error } = await chosen('uws', '--no-addons');
  assert.match(error ?? '', /listen\.front/);
  assert.ok(!error?.includes('\n'));
});

test('says in one line what it chose', async () => {
  const { why } = await chooseFront('auto');
  assert.ok(why.length > 0 && !why.includes('\n'));
});
