/** Lines to a child, over a real pipe to a real process. */

import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { LineWriter } from '../../src/backends/line-writer.ts';
import { Spliced } from '../../src/protocol/splice.ts';

/** Runs a program of a few lines that gets our lines; it says on stdout what it made of them. */
function child(source: string): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, ['-e', source], { stdio: 'pipe' });
}

/** Says, at the end of its input, how many lines came and a digest of them. */
const DIGEST = `
  const hash = require('node:crypto').createHash('sha256');
  let lines = 0;
  process.stdin.on('data', (chunk) => {
    hash.update(chunk);
    for (const byte of chunk) if (byte === 10) lines += 1;
  });
  process.stdin.on('end', () => process.stdout.write(lines + ' ' + hash.digest('hex')));`;

async function output(program: ChildProcessWithoutNullStreams): Promise<string> {
  let text = '';
  program.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(program, 'close');
  return text;
}

async function digestOf(text: string): Promise<string> {
  const { createHash } = await import('node:crypto');
  const lines = text.split('\n').length - 1;
  return `${lines} ${createHash('sha256').update(text).digest('hex')}`;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a writer of lines', { timeout: 180_000 }, () => {
  it('writes every line in its order, whatever its size and form', async () => {
    const program = child(DIGEST);
    const said = output(program);
    const writer = new LineWriter(program.stdin);
    let expected = '';
    for (let i = 0; i < 300; i++) {
      // Some are longer than what is put together in shared memory.
      const length = i % 60 === 59 ? 300_000 : (i * 7919) % 90_000;
      const body = `{"n":${i},"x":"${'y'.repeat(length)}"}`;
      const bytes = Buffer.from(body);
      const isSpliced = i % 3 === 0;
      const line = isSpliced ? new Spliced(bytes, [{ start: 1, end: 1, put: '"a":1,' }]) : bytes;
      // A child that reads on, but more slowly than we write: now and then the rest is waited for.
      while (!writer.add(line)) await once(program.stdin, 'drain');
      expected += `${isSpliced ? `{"a":1,${body.slice(1)}` : body}\n`;
      if (i % 5 === 0) await turn();
    }
    await turn();
    program.stdin.end();
    assert.equal(await said, await digestOf(expected));
  });

  it('keeps apart what two children are sent in one turn and do not take at once', async () => {
    const programs = [child(DIGEST), child(DIGEST)];
    const said = Promise.all(programs.map(output));
    const writers = programs.map(({ stdin }) => new LineWriter(stdin));
    const expected = ['', ''];
    for (let i = 0; i < 40; i++) {
      for (const [at, writer] of writers.entries()) {
        const body = `{"n":${i},"x":"${'ab'[at]!.repeat(200_000)}"}`;
        assert.equal(writer.add(Buffer.from(body)), true);
        expected[at] += `${body}\n`;
      }
      if (i % 10 === 9) await Promise.all(programs.map(({ stdin }) => once(stdin, 'drain')));
    }
    for (const { stdin } of programs) stdin.end();
    assert.deepEqual(await said, await Promise.all(expected.map(digestOf)));
  });

  it('writes what readline takes for the end of a line as an escape', async () => {
    const program = child(`
      require('node:readline').createInterface({ input: process.stdin })
        .on('line', (line) => console.log(JSON.parse(line).name.length));`);
    const said = output(program);
    const writer = new LineWriter(program.stdin);
    const bytes = Buffer.from('{"name":""}');
    for (const put of ['a\u2028b', '\u2029', 'x\u0085', 'ü']) {
      writer.add(new Spliced(bytes, [{ start: 9, end: 9, put }]));
      writer.add(Buffer.from(`{"name":"${put}"}`));
    }
    await turn();
    program.stdin.end();
    assert.deepEqual((await said).trim().split('\n'), ['3', '3', '1', '1', '2', '2', '1', '1']);
  });

  it('refuses once too much waits for a child that does not read, and goes on when it does', async () => {
    const program = child(`
      const alive = setInterval(() => {}, 1000);
      process.on('SIGUSR2', () => {
        let bytes = 0;
        process.stdin.on('data', (chunk) => { bytes += chunk.length; });
        process.stdin.on('end', () => { clearInterval(alive); process.stdout.write(String(bytes)); });
      });
      console.error('ready');`);
    await once(program.stderr, 'data');
    const said = output(program);
    const writer = new LineWriter(program.stdin);
    const line = Buffer.from(JSON.stringify({ text: 'z'.repeat(10_000) }));
    let taken = 0;
    while (taken < 2000 && writer.add(line)) {
      taken += 1;
      if (taken % 10 === 0) await turn();
    }
    assert.ok(taken > 800 && taken < 2000, `${taken} lines were taken`);
    program.kill('SIGUSR2');
    await once(program.stdin, 'drain');
    assert.equal(writer.add(line), true);
    await turn();
    program.stdin.end();
    assert.equal(await said, String((taken + 1) * (line.length + 1)));
  });

  it('survives a child that has gone', async () => {
    const program = child('process.exit(0)');
    const failed = once(program.stdin, 'error').then(
      () => 'error',
      () => 'error',
    );
    const closed = once(program.stdin, 'close').then(() => 'closed');
    const writer = new LineWriter(program.stdin);
    await once(program, 'exit');
    for (let i = 0; i < 50; i++) {
      writer.add(Buffer.from('{}'));
      await turn();
    }
    assert.match(await Promise.race([failed, closed]), /error|closed/);
    writer.add(Buffer.from('{}'));
    writer.flush();
    assert.equal(writer.length, 0);
  });
});
