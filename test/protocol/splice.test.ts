/** Cutting and joining along spans gives what editing the parsed value gives. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { read } from '../../src/protocol/json-rpc.ts';
import { elements, members } from '../../src/protocol/members.ts';
import { Message } from '../../src/protocol/message.ts';
import { type Edit, insertMember, Spliced, splice, withId } from '../../src/protocol/splice.ts';

function message(text: string): Message {
  const found = read(Buffer.from(text));
  assert(found instanceof Message);
  return found;
}

test('applies insertions, replacements and deletions in one pass', () => {
  const edits = [
    { start: 0, end: 0, put: '<' },
    { start: 2, end: 4, put: Buffer.from('ÄÖ') },
    { start: 4, end: 6, put: '' },
    { start: 8, end: 8, put: '>' },
  ];
  assert.equal(splice(Buffer.from('abcdefgh'), edits).toString(), '<abÄÖgh>');
  assert.equal(splice(Buffer.from('abc'), []).toString(), 'abc');
});

/** Texts and edits of all kinds and sizes, short and long, ASCII and not. */
const text = fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 200 }));
const put = fc.oneof(
  text.map((value) => value.toWellFormed()),
  text.map((value) => Buffer.from(value)),
  fc.maxSafeNat(),
);

test('writes into given memory what it makes alone, and nothing beside it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text, put)), text, (pieces, tail) => {
      let source = '';
      let expected = '';
      const edits: Edit[] = [];
      for (const [kept, cut, value] of pieces) {
        source += kept;
        expected += kept;
        const start = Buffer.byteLength(source);
        source += cut;
        edits.push({ start, end: Buffer.byteLength(source), put: value });
        expected += value;
      }
      const spliced = new Spliced(Buffer.from(source + tail), edits);
      const wanted = Buffer.from(expected + tail);
      assert.deepEqual(spliced.toBuffer(), wanted);
      assert.equal(spliced.length, wanted.length);
      const memory = Buffer.alloc(wanted.length + 8, 0xff);
      spliced.copyTo(memory, 5);
      assert.deepEqual(memory.subarray(5, -3), wanted);
      assert.deepEqual([...memory.subarray(0, 5), ...memory.subarray(-3)], Array(8).fill(0xff));
      const isAscii = edits.every(
        ({ put }) => typeof put === 'number' || /^[\0-\x7f]*$/.test(String(put)),
      );
      if (!isAscii) assert.equal(spliced.isPlain, false);
    }),
    { numRuns: 1000 },
  );
});

test('refuses edits that are out of order, overlap or reach outside', () => {
  const bytes = Buffer.from('abcdef');
  const edit = (start: number, end: number): Edit => ({ start, end, put: '' });
  assert.throws(() => splice(bytes, [edit(3, 4), edit(1, 2)]));
  assert.throws(() => splice(bytes, [edit(0, 3), edit(2, 4)]));
  assert.throws(() => splice(bytes, [edit(0, 7)]));
  assert.throws(() => splice(bytes, [edit(2, 1)]));
});

test('gives a message another id, whatever it had before', () => {
  for (const text of [
    '{"jsonrpc":"2.0","id":1,"method":"m"}',
    '{"id" : "long \\" id" ,"jsonrpc":"2.0","result":{}}',
    '{"jsonrpc":"2.0","id":null,"error":{}}',
    '{"jsonrpc":"2.0","error":{}}',
  ]) {
    const changed = message(withId(message(text), '"ü7"').toBuffer().toString());
    assert.equal(changed.id, '"ü7"');
    assert.deepEqual(JSON.parse(changed.bytes.toString()), { ...JSON.parse(text), id: 'ü7' });
  }
});

test('inserts a member into empty and other objects', () => {
  for (const text of ['{}', '{ \t}', '{"a":1}', '{ "a":{}}']) {
    const bytes = Buffer.from(`[${text}]`);
    const edit = insertMember(1, bytes.length - 1, bytes, '"k":[2]');
    const [object] = JSON.parse(splice(bytes, [edit]).toString()) as unknown[];
    assert.deepEqual(object, { ...JSON.parse(text), k: [2] });
  }
});

/** Valid JSON with blanks between tokens. */
const spaced = fc
  .tuple(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom('', ' ', '\n  ', '\t'))
  .map(([value, indent]) => ({ value, text: JSON.stringify(value, null, indent) }));

test('finds the elements and members that JSON.parse finds', () => {
  fc.assert(
    fc.property(fc.array(spaced), fc.constantFrom('', ' ', '\r\n'), (items, gap) => {
      const array = Buffer.from(
        `x[${gap}${items.map(({ text }) => text).join(`${gap},${gap}`)}${gap}]y`,
      );
      const cut = elements(array, 1, array.length - 1);
      assert.deepEqual(
        cut.map(({ start, end }) => array.utf8Slice(start, end)),
        items.map(({ text }) => text),
      );
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), spaced), (entries) => {
      const pairs = Object.entries(entries);
      const inner = pairs.map(([key, { text }]) => `${JSON.stringify(key)} : ${text}`);
      const object = Buffer.from(`{${inner.join(' , ')} }`);
      assert.deepEqual(
        members(object, 0, object.length).map(({ key, keyStart, start, end }) => [
          key,
          object.utf8Slice(start, end),
          object[keyStart],
        ]),
        pairs.map(([key, { text }]) => [key.toWellFormed(), Buffer.from(text).toString(), 0x22]),
      );
    }),
    { numRuns: 500 },
  );
});

test('ends on any bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\ 1') }), (text) => {
      const bytes = Buffer.from(text);
      elements(bytes, 0, bytes.length);
    }),
    { numRuns: 2000 },
  );
});

test('splicing a value along its span is editing the object', () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value), value, fc.nat(), (object, put, which) => {
      const bytes = Buffer.from(JSON.stringify(object));
      const found = members(bytes, 0, bytes.length);
      const chosen = found[which % Math.max(1, found.length)];
      if (chosen === undefined) return;
      const changed = splice(bytes, [
        { start: chosen.start, end: chosen.end, put: JSON.stringify(put) },
      ]);
      const expected = JSON.parse(JSON.stringify({ ...object, [chosen.key]: put }));
      assert.deepEqual(JSON.parse(changed.toString()), expected);
    }),
    { numRuns: 500 },
  );
});
