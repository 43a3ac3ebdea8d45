/** `sluice access` and `sluice stop`, and the example that comes with them. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { projectFolder } from '../support/temp.ts';
import { gateway, placeOf, run, tiny, write } from './sluice.ts';

const EXAMPLE = join(projectFolder(), 'examples/access');
const CONFIG = `
servers: { one: ${tiny()} }
access:
  roles: { reader: { allow: ["one.read_*"] } }
  rules:
    - { id: small, tools: ["one.*"], when: "has(args.n) && args.n > 3", message: too many }
    - { id: trial, when: "true", mode: observe }
`;

describe('sluice access', { timeout: 180_000 }, () => {
  it('explains a decision by its rule', async (t) => {
    const place = placeOf(t);
    write(place, CONFIG);
    const explain = async (...args: string[]) => {
      const { code, stdout } = await run(place, 'access', 'explain', ...args, '--json');
      return [code, JSON.parse(stdout) as { verdict: string; by: string; observed: string[] }];
    };
    const as = ['--as', 'ann', '--roles', 'reader'];
    const small = ['one.read_it', ...as, '--args', '{"n":1}'];
    const [code, allowed] = await explain(...small);
    assert.equal(code, 0);
    assert.deepEqual(allowed, {
      ...{ verdict: 'allowed', by: 'roles.reader.allow', scopes: [], observed: ['rules.trial'] },
    });
    const [no, large] = await explain('one.read_it', ...as, '--args', '{"n":9}');
    assert.equal(no, 1);
    assert.deepEqual([(large as { by: string }).by], ['rules.small']);
    const [, hidden] = await explain('one.read_it', '--as', 'eve');
    assert.equal((hidden as { verdict: string }).verdict, 'hidden');
    const vague = await run(place, 'access', 'explain', 'one', '--as', 'eve');
    assert.deepEqual(
      [vague.code, vague.stderr],
      [64, 'What to ask about is "server.tool", such as files.read_file.\n'],
    );
  });

  it('knows what the file says of a caller, where it is not told otherwise', async (t) => {
    const place = placeOf(t);
    const hash = (digit: string) => digit.repeat(64);
    const keys = `[ { id: k1, caller: ci, sha256: "${hash('1')}", roles: [reader] } ]`;
    const config = CONFIG.replace(/\n$/, '');
    write(place, `${config}\nauth: { apiKeys: ${keys} }\n`);
    const explain = async (...args: string[]) => {
      const small = ['one.read_it', '--args', '{"n":1}', '--json'];
      const { stdout } = await run(place, 'access', 'explain', ...small, ...args);
      return (JSON.parse(stdout) as { verdict: string }).verdict;
    };
    assert.equal(await explain('--as', 'ci'), 'allowed');
    assert.equal(await explain('--as', 'ci', '--roles', 'nobody'), 'hidden');
    assert.equal(await explain('--as', 'k1'), 'hidden');
  });

  it('holds the example against its table, and says what does not hold', async (t) => {
    const place = placeOf(t);
    const config = join(EXAMPLE, 'sluice.yaml');
    const right = join(EXAMPLE, 'expectations.yaml');
    const held = await run(place, 'access', 'test', right, '-c', config);
    assert.equal(held.code, 0, held.stdout + held.stderr);
    const text = readFileSync(right, 'utf8').replace('verdict: hidden', 'verdict: allowed');
    const wrong = await run(
      place,
      'access',
      'test',
      write(place, text, 'wrong.yaml'),
      '-c',
      config,
    );
    assert.equal(wrong.code, 1);
    assert.match(wrong.stdout, /^3 +ci +files\.write_file +allowed +hidden/m);
    const odd = write(place, '- { as: x, tool: files.read, verdict: yes }', 'odd.yaml');
    const fault = await run(place, 'access', 'test', odd, '-c', config);
    assert.equal(fault.code, 64);
    assert.match(fault.stderr, /^odd\.yaml:1:\d+: \[0\]\.verdict: this must be "allowed" or/);
  });

  it('serves the example', async (t) => {
    const place = placeOf(t);
    const text = readFileSync(join(EXAMPLE, 'sluice.yaml'), 'utf8');
    const config = text.replace('cwd: ../..', `cwd: ${JSON.stringify(projectFolder())}`);
    const { url } = await gateway(t, place, `${config}\nlisten: { port: 0 }\n`);
    const response = await fetch(url, { method: 'POST', body: '{}' });
    assert.equal(response.status, 401);
  });
});

describe('sluice stop', { timeout: 180_000 }, () => {
  it('keeps what is stopped, shows it, and lets go', async (t) => {
    const place = placeOf(t);
    write(place, CONFIG);
    const stopped = async () => {
      const { stdout } = await run(place, 'stop', '--json');
      return (JSON.parse(stdout) as { stopped: { kind: string; name: string }[] }).stopped;
    };
    assert.deepEqual(await stopped(), []);
    assert.equal((await run(place, 'stop', 'server', 'one')).code, 0);
    assert.equal((await run(place, 'stop', 'tool', 'one.read_*')).code, 0);
    assert.deepEqual(
      (await stopped()).map(({ kind, name }) => `${kind} ${name}`),
      ['server one', 'tool one.read_*'],
    );
    const { stdout } = await run(place, 'doctor', '--json');
    assert.match(stdout, /"about": "stop"[^}]*server one, tool one\.read_\*/);
    assert.equal((await run(place, 'resume', 'server', 'one')).code, 0);
    assert.deepEqual((await stopped()).length, 1);
  });

  it('takes no word for something that there is not', async (t) => {
    const place = placeOf(t);
    write(place, CONFIG);
    for (const what of [
      ['server', 'two'],
      ['tool', 'read'],
      ['everything'],
      ['caller'],
      ['all', 'x'],
    ]) {
      assert.equal((await run(place, 'stop', ...what)).code, 64, what.join(' '));
    }
    assert.equal((await run(place, 'resume', 'server', 'one')).code, 1);
  });

  it('works where the file has faults elsewhere, and variables of servers are not set', async (t) => {
    const place = placeOf(t);
    const faulty = `servers:
  one: { command: x, env: { T: "\${env:NOT_SET}" }, prot: 1 }
admin: { token: "\${env:NOT_SET}" }
state: { dir: kept }
no-such-part: {}
`;
    write(place, faulty);
    const { code, stderr } = await run(place, 'stop', 'server', 'one');
    assert.deepEqual([code, stderr], [0, '']);
    const kept = readFileSync(join(place.folder, 'kept', 'stopped.json'), 'utf8');
    assert.match(kept, /"one"/);
    assert.equal((await run(place, 'stop', 'server', 'two')).code, 64);
    assert.equal((await run(place, 'resume', 'server', 'one')).code, 0);

    write(place, faulty.replace('kept', `"\${env:NOT_SET}"`));
    const refused = await run(place, 'stop', 'all');
    assert.equal(refused.code, 64);
    assert.match(
      refused.stderr,
      /^fault: sluice\.yaml:4:\d+: state\.dir: .*NOT_SET.*\n.*one fault/,
    );
  });
});
