import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LinkLog } from '../../src/backends/link-log.ts';
import { StderrLines } from '../../src/backends/stderr-lines.ts';
import { Lines } from './link-user.ts';

describe('the log of a link', () => {
  it('is bounded in rate, and says how much was left out', () => {
    const lines = new Lines();
    let now = 0;
    const log = new LinkLog(lines, [], () => now);
    for (let n = 0; n < 1000; n += 1) log.output(`line ${n}`);
    assert.equal(lines.lines.length, 50);
    now = 1000;
    log.warn('again');
    assert.deepEqual(lines.lines.at(-2)?.fields, { lines: 950 });
    assert.equal(lines.lines.at(-1)?.message, 'again');
  });

  it('lets a server neither break lines nor drive a terminal', () => {
    const log = new LinkLog(new Lines());
    assert.equal(log.clean('a\u001b[31m\r\nb\u2028c\u0000'), 'a [31m b c');
    assert.equal(log.clean('x'.repeat(5000)).length, 1001);
  });

  it('blots out secrets, whole and at the cut', () => {
    const log = new LinkLog(new Lines(), ['hunter22', 'abc']);
    assert.equal(log.clean('token hunter22, abc'), 'token [secret], abc');
    const cut = log.clean(`${'x'.repeat(996)}hunter22`);
    assert.ok(!cut.includes('hunt'), cut.slice(-20));
  });
});

describe('lines of stderr', () => {
  it('are the same however the bytes are cut', () => {
    const bytes = Buffer.from('one\r\n\nzwölf\nthree');
    for (let size = 1; size <= bytes.length; size += 1) {
      const lines: string[] = [];
      const stderr = new StderrLines((line) => lines.push(line));
      for (let at = 0; at < bytes.length; at += size) stderr.feed(bytes.subarray(at, at + size));
      stderr.end();
      assert.deepEqual(lines, ['one', 'zwölf', 'three']);
    }
  });

  it('are kept up to a bound', () => {
    const lines: string[] = [];
    const stderr = new StderrLines((line) => lines.push(line));
    for (let n = 0; n < 100; n += 1) stderr.feed(Buffer.alloc(1000, 'x'));
    stderr.feed(Buffer.from('\nnext\n'));
    assert.deepEqual(
      lines.map((line) => line.length),
      [4096, 4],
    );
  });
});
