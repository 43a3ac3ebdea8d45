/** Properties of `read`: whatever it accepts means one thing to every parser, and it throws for nothing. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault, read, readBatch } from '../../src/protocol/json-rpc.ts';
import { Kind, Message } from '../../src/protocol/message.ts';
import { asMaps, type Json, parseJson } from '../support/parsers.ts';

/** JSON as somebody hostile writes it: keys repeat, hide behind escapes, and blanks are everywhere. */
const KEYS = [
  ...['a', 'A', 'b', '', '__proto__', 'constructor', 'name', 'uri', 'arguments', '_meta', 'id'],
  ...['Name', 'progressToken', 'argument\u017f', 'é', 'É', '\ud800', '\udc00x', 'k"', 'n\n', '7'],
  ...['io.modelcontextprotocol/protocolVersion', '\u2028', 'toJSON', 'x'.repeat(70)],
];
const NUMBERS = ['0', '-0', '1', '1.0', '1e2', '0.1', '9007199254740993', '1e400', '-1.5E-3', '12'];
const STRINGS = [
  '',
  'a',
  'x'.repeat(80),
  '\ud83d\ude00',
  '\ud83d',
  'q"\\',
  '\n\u0085\u2029',
  '2.0',
];

const blank = fc.constantFrom('', '', '', '', ' ', '\t', '\n', '\r\n');
const escaped = (text: string) =>
  `"${[...Array(text.length).keys()].map((i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`;
const raw = (text: string) => JSON.stringify(text).replace('\\u2028', '\u2028');
const string = (texts: fc.Arbitrary<string>) =>
  fc
    .tuple(texts, fc.integer({ min: 0, max: 7 }))
    .map(([text, how]) => (how === 0 ? escaped(text) : raw(text)));
const key = string(fc.constantFrom(...KEYS));
const member = (value: fc.Arbitrary<string>) =>
  fc.tuple(key, blank, blank, value).map(([k, b, c, v]) => `${b}${k}${c}:${v}`);

const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc
    .tuple(
      blank,
      fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.oneof(
          fc.constantFrom('true', 'false', 'null', ...NUMBERS),
          string(fc.constantFrom(...STRINGS)),
          string(fc.string({ unit: 'binary', maxLength: 40 })),
        ),
        fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
        fc.array(member(tie('value')), { maxLength: 6 }).map((items) => `{${items.join(',')}}`),
      ),
      blank,
    )
    .map((parts) => parts.join('')),
}));

const object = fc.array(member(value), { maxLength: 6 }).map((items) => `{${items.join(',')}}`);
const params = fc
  .tuple(object, object, fc.array(member(value), { maxLength: 2 }))
  .map(
    ([args, meta, rest]) => `{${[`"arguments":${args}`, `"_meta":${meta}`, ...rest].join(',')}}`,
  );
const text = fc
  .tuple(
    fc.constantFrom('"id":1', '"id":"\\u0061"', '"id":2,"id":3', '"\\u0069d":4', '"method":"n"'),
    fc.oneof(
      params.map((each) => `"method":"tools/call","params":${each}`),
      object.map((each) => `"result":${each}`),
      object.map((each) => `"error":${each}`),
    ),
    fc.array(member(value), { maxLength: 1 }),
    blank,
  )
  .chain(([id, body, rest, gap]) =>
    fc
      .shuffledSubarray(['"jsonrpc":"2.0"', id, body, ...rest.slice(0, 1)], { minLength: 3 })
      .map((parts) => `${gap}{${parts.join(`${gap},`)}}`),
  );

/** -0 is 0 in all of them. */
function every(json: Json): Json {
  if (json instanceof Map) return new Map([...json].map(([k, v]) => [k, every(v)]));
  if (Array.isArray(json)) return json.map(every);
  return json === 0 ? 0 : json;
}

function checkSpans(message: Message, whole: Record<string, unknown>): void {
  const own = (from: unknown, name: string) =>
    typeof from === 'object' && from !== null && Object.hasOwn(from, name)
      ? (from as Record<string, unknown>)[name]
      : undefined;
  const { params: given, result, error } = whole;
  const isRequest = message.kind === Kind.request;
  assert.deepEqual(message.value(message.idStart, message.idEnd), own(whole, 'id'));
  assert.deepEqual(message.value(message.paramsStart, message.paramsEnd), given);
  assert.deepEqual(message.value(message.bodyStart, message.bodyEnd), result ?? error);
  const meta = own(given ?? result, '_meta');
  assert.deepEqual(message.value(message.metaStart, message.metaEnd), meta);
  if (!isRequest) return;
  assert.equal(message.method, whole.method);
  const args = own(given, 'arguments');
  assert.deepEqual(message.value(message.argumentsStart, message.argumentsEnd), args);
  assert.equal(message.name, own(given, 'name') ?? '');
  assert.equal(message.uri, own(given, 'uri') ?? '');
  assert.equal(message.version, own(meta, 'io.modelcontextprotocol/protocolVersion') ?? '');
  const token = own(meta, 'progressToken');
  assert.deepEqual(message.value(message.tokenStart, message.tokenEnd), token);
}

function checkMessage(message: Message): void {
  const relayed = message.bytes.toString();
  assert(!/[\n\r\u0085\u2028\u2029]/.test(relayed), 'one line');
  const judged = asMaps(JSON.parse(relayed));
  assert.deepEqual(every(parseJson(relayed, 'first')), judged);
  assert.deepEqual(every(parseJson(relayed, 'last')), judged);
  checkSpans(message, JSON.parse(relayed));
  const again = read(message.bytes);
  assert(again instanceof Message, 'what was accepted once is accepted again');
  assert(again.bytes.equals(message.bytes), 'and does not change again');
}

test('what is accepted reads the same to first-wins and last-wins parsers, and along the spans', () => {
  let accepted = 0;
  fc.assert(
    fc.property(text, (sent) => {
      const found = read(Buffer.from(sent));
      if (isFault(found)) return;
      accepted++;
      checkMessage(found);
      if (!/\\ud[89a-f]/i.test(sent)) {
        const meant = every(parseJson(sent, 'last'));
        assert.deepEqual(every(parseJson(found.bytes.toString(), 'last')), meant);
      }
    }),
    { numRuns: 3000 },
  );
  assert(accepted > 300, `only ${accepted} accepted: the generator tests nothing`);
});

test('says "parse" for what JSON.parse refuses and "invalid" for what it accepts', () => {
  const edits = fc.array(
    fc.tuple(fc.nat(), fc.constantFrom(...'{}[]",:\\ \n\r\t\0.eE+-0u7x', '\x1f', 'é', '')),
    { maxLength: 2 },
  );
  fc.assert(
    fc.property(text, edits, (sent, changes) => {
      for (const [where, put] of changes) {
        const at = where % sent.length;
        sent = sent.slice(0, at) + put + sent.slice(at + 1);
      }
      // Buffer.from would write half a pair as U+FFFD all the same.
      sent = sent.toWellFormed();
      let parses = true;
      try {
        JSON.parse(sent);
      } catch {
        parses = false;
      }
      const found = read(Buffer.from(sent));
      if (!isFault(found)) {
        assert(parses, 'accepted what JSON.parse refuses');
        checkMessage(found);
      } else if (found.kind === 'parse') {
        assert(!parses || /\\u0000/.test(sent), found.why);
      } else {
        assert(parses, found.why);
      }
    }),
    { numRuns: 4000 },
  );
});

test('no bytes make it throw', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.tuple(text, fc.uint8Array({ maxLength: 3 }), fc.nat()).map(([sent, noise, where]) => {
      const whole = Buffer.from(sent);
      whole.set(noise.subarray(0, whole.length), where % Math.max(1, whole.length - 3));
      return whole;
    }),
  );
  fc.assert(
    fc.property(bytes, (sent) => {
      const found = read(Buffer.from(sent));
      if (!isFault(found)) checkMessage(found);
      readBatch(Buffer.from(sent), 3);
      readBatch(Buffer.concat([Buffer.from('['), sent, Buffer.from(']')]), 3);
    }),
    { numRuns: 3000 },
  );
});

test('a message at any place in memory is read alike', () => {
  const long = fc.tuple(
    fc.string({ unit: 'binary', minLength: 30, maxLength: 200 }),
    fc.nat(7),
    fc.option(fc.tuple(fc.nat(), fc.constantFrom('\n', '\x1f', '\0', '\t')), { nil: undefined }),
  );
  fc.assert(
    fc.property(long, ([body, offset, control]) => {
      let inner = JSON.stringify(body.toWellFormed()).slice(1, -1);
      if (control !== undefined) {
        const at = control[0] % inner.length;
        if (inner[at - 1] === '\\') return;
        inner = inner.slice(0, at) + control[1] + inner.slice(at);
      }
      const sent = Buffer.from(`{"jsonrpc":"2.0","id":1,"result":{"a":"${inner}"}}`);
      const memory = Buffer.alloc(sent.length + 16, 0);
      sent.copy(memory, offset);
      const placed = memory.subarray(offset, offset + sent.length);
      let parses = true;
      try {
        JSON.parse(sent.toString());
      } catch {
        parses = false;
      }
      assert.equal(!isFault(read(placed)), parses);
    }),
    { numRuns: 2000 },
  );
});
