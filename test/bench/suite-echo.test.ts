/**
 * The server behind every relay: what it cuts must be what it would have parsed, however its input is chunked.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { answersOf } from '../../bench/subjects/echo-lines.ts';

type Json = Record<string, unknown>;
const line = (message: Json) => `${JSON.stringify(message)}\n`;
const call = (id: number | string, message: string, extra: Json = {}) =>
  line({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name: 'echo', arguments: { message }, ...extra },
  });

function answers(era: 'modern' | 'legacy', ...chunks: (string | Buffer)[]): Json[] {
  const server = answersOf(era);
  const out = Buffer.concat(chunks.map((chunk) => Buffer.from(server.take(Buffer.from(chunk)))));
  return out
    .toString()
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text) as Json);
}

const textOf = (answer: Json) =>
  (answer.result as { content: { text: string }[] }).content[0]!.text;

test('echoes any text under the id of its call, however the input is chunked', () => {
  const calls = fc.array(fc.tuple(fc.integer(), fc.string({ unit: 'grapheme' })), { maxLength: 5 });
  fc.assert(
    fc.property(calls, fc.integer({ min: 1, max: 200 }), (all, step) => {
      const input = Buffer.from(all.map(([id, text]) => call(id, text)).join(''));
      const chunks: Buffer[] = [];
      for (let at = 0; at < input.length; at += step) chunks.push(input.subarray(at, at + step));
      const found = answers('legacy', ...chunks).map((answer) => [answer.id, textOf(answer)]);
      assert.deepEqual(found, all);
    }),
  );
});

test('echoes quotes and backslashes wherever they stand', () => {
  for (const text of ['"', '\\', 'a\\', '\\"', 'a"b\\\\"c', '"]}']) {
    assert.equal(textOf(answers('legacy', call(1, text), call(2, 'x'))[0]!), text);
  }
});

test('echoes the message only, whatever other arguments there are', () => {
  const args = { message: 'hello', other: 'x' };
  const params = { name: 'echo', arguments: args };
  const [answer] = answers('legacy', line({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }));
  assert.equal(textOf(answer!), 'hello');
});

test('echoes a call whose _meta follows its arguments', () => {
  const [answer] = answers('modern', call(7, 'hello', { _meta: { a: '"message":"other"' } }));
  assert.equal(textOf(answer!), 'hello');
});

test('marks every result of the modern era complete, and none of the legacy era', () => {
  const resultOf = (era: 'modern' | 'legacy') => answers(era, call(1, 'x'))[0]!.result as Json;
  assert.equal(resultOf('modern').resultType, 'complete');
  assert.equal('resultType' in resultOf('legacy'), false);
});

test('speaks one era only: initialize is unknown in the modern one, server/discover in the legacy one', () => {
  const ask = (era: 'modern' | 'legacy', method: string) =>
    answers(era, line({ jsonrpc: '2.0', id: 1, method, params: {} }))[0]!;
  assert.ok('result' in ask('legacy', 'initialize'));
  assert.ok('error' in ask('modern', 'initialize'));
  assert.ok('result' in ask('modern', 'server/discover'));
  assert.ok('error' in ask('legacy', 'server/discover'));
});

test('answers a call of another tool with an error, and a notification with nothing', () => {
  const params = { name: 'no_such_tool', arguments: {} };
  const found = answers(
    'legacy',
    line({ jsonrpc: '2.0', method: 'notifications/initialized' }),
    line({ jsonrpc: '2.0', id: 2, method: 'tools/call', params }),
  );
  assert.equal(found.length, 1);
  assert.ok('error' in found[0]!);
});
