import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LEAF_DEPTH_MAX, leavesIn, leavesOf, NotReadable } from '../../src/inspect/leaves.ts';

/** The value at a JSON Pointer. */
function at(value: unknown, path: string): unknown {
  const names = path
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  return names.reduce((inner, name) => (inner as Record<string, unknown>)[name], value);
}

test('every string has its text, its place in the bytes and its pointer', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(5), (value, blanks) => {
      const bytes = Buffer.from(`xx${JSON.stringify(value, null, blanks)}yy`);
      for (const leaf of leavesIn(bytes, 2, bytes.length - 2)) {
        assert.equal(JSON.parse(bytes.toString('utf8', leaf.start, leaf.end)), leaf.text);
        if (leaf.isKey) assert.ok(leaf.path.endsWith(pointer(leaf.text)));
        else
          assert.equal(
            at(JSON.parse(bytes.toString('utf8', 2, bytes.length - 2)), leaf.path),
            leaf.text,
          );
      }
    }),
  );
});

const pointer = (name: string) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

test('no string is left out, and each key is there once', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const strings: string[] = [];
      const keys = new Set<string>();
      JSON.stringify(value, (_key, inner: unknown) => {
        if (typeof inner === 'string') strings.push(inner);
        if (inner !== null && typeof inner === 'object' && !Array.isArray(inner))
          for (const name of Object.keys(inner)) keys.add(name);
        return inner;
      });
      const leaves = leavesOf(value);
      const text = (isKey: boolean) =>
        leaves.filter((leaf) => leaf.isKey === isKey).map((leaf) => leaf.text);
      assert.deepEqual(text(false).sort(), strings.sort());
      assert.deepEqual(text(true).sort(), [...keys].sort());
    }),
  );
});

test('what is not JSON is told, never read half', () => {
  const broken = [
    '',
    '"a',
    '{"a":1',
    '[1',
    '{"a" 1}',
    '{a:1}',
    '["a" "b"]',
    '"a" "b"',
    '"\\u12"',
    '[,]',
  ];
  for (const text of broken) assert.throws(() => leavesIn(Buffer.from(text)), NotReadable, text);
  const deep = `${'['.repeat(LEAF_DEPTH_MAX + 2)}${']'.repeat(LEAF_DEPTH_MAX + 2)}`;
  assert.throws(() => leavesIn(Buffer.from(deep)), NotReadable);
});

test('strings of one name are a group, whatever the indices between', () => {
  const value = { content: [{ type: 'a', text: 'b' }, { text: 'c' }], tags: [['d'], 'e'] };
  const groups = leavesIn(Buffer.from(JSON.stringify(value)))
    .filter(({ isKey }) => !isKey)
    .map(({ text, group }) => `${text} ${group}`);
  assert.deepEqual(groups, ['a type', 'b text', 'c text', 'd tags', 'e tags']);
});
