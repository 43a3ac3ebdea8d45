/** However the bytes are cut into chunks, the lines are the same, and none is longer than allowed. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineFramer } from '../../src/protocol/framing.ts';

function lines(chunks: Buffer[], lineBytesMax = 1000): { lines: string[]; overflows: number } {
  let overflows = 0;
  const found: string[] = [];
  const framer = new LineFramer(lineBytesMax, () => overflows++);
  for (const chunk of chunks) framer.push(chunk, (line) => found.push(line.toString()));
  return { lines: found, overflows };
}

function cut(bytes: Buffer, at: number[]): Buffer[] {
  const borders = [0, ...at.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return borders.slice(1).map((end, i) => bytes.subarray(borders[i]!, end));
}

test('drops empty lines and the CR of a CRLF, and keeps what has not ended', () => {
  const { lines: found } = lines([Buffer.from('a\r\n\n\r\nb\n'), Buffer.from('c')]);
  assert.deepEqual(found, ['a', 'b']);
});

test('reports a line that is too long once and goes on after it', () => {
  for (const size of [3, 7, 100]) {
    const text = Buffer.from(`ok\n${'x'.repeat(50)}\n123456789\r\n1234567890\r\nend\n`);
    const chunks = [];
    for (let at = 0; at < text.length; at += size) chunks.push(text.subarray(at, at + size));
    const { lines: found, overflows } = lines(chunks, 9);
    assert.deepEqual(found, ['ok', '123456789', 'end']);
    assert.equal(overflows, 2);
  }
});

test('lets go of the memory of a line that is too long', () => {
  const framer = new LineFramer(1000);
  for (let i = 0; i < 100; i++) {
    framer.push(Buffer.alloc(600, 'x'), () => assert.fail());
    assert(framer.tailBytes <= 1001);
  }
});

test('a line that spans chunks survives the reuse of their memory', () => {
  const chunk = Buffer.alloc(4);
  const framer = new LineFramer(100);
  const found: Buffer[] = [];
  for (const part of ['abcd', 'efgh', 'ij\nk']) {
    chunk.write(part);
    framer.push(chunk, (line) => found.push(line));
  }
  chunk.fill('-');
  assert.equal(found.join(), 'abcdefghij');
});

test('with copyLines every line survives the reuse of its chunk', () => {
  const chunk = Buffer.from('ab\ncd\n');
  const found: Buffer[] = [];
  new LineFramer(100, () => {}, true).push(chunk, (line) => found.push(line));
  chunk.fill('-');
  assert.equal(found.join(), 'ab,cd');
});

test('any chunking gives the same lines', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\n', '\r\n', '\r', 'xyz') });
  fc.assert(
    fc.property(
      text,
      fc.array(fc.nat(), { maxLength: 8 }),
      fc.integer({ min: 4, max: 40 }),
      (all, at, max) => {
        const bytes = Buffer.from(`${all}\n`);
        assert.deepEqual(lines(cut(bytes, at), max), lines([bytes], max));
        const whole = all.split('\n').map((line) => line.replace(/\r$/, ''));
        const fitting = whole.filter((line) => line !== '' && Buffer.byteLength(line) <= max);
        assert.deepEqual(lines(cut(bytes, at), max).lines, fitting);
      },
    ),
    { numRuns: 2000 },
  );
});
