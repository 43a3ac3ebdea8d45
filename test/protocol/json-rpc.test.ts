/** Tables for what `read` accepts, canonicalises and refuses. Generated input: test/fuzz/json-rpc.test.ts. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault, read, readBatch } from '../../src/protocol/json-rpc.ts';
import { type Fault, Kind, Message } from '../../src/protocol/message.ts';

function message(text: string | Buffer, depthMax?: number): Message {
  const found = read(Buffer.from(text), depthMax);
  assert(found instanceof Message, `${text} => ${JSON.stringify(found)}`);
  return found;
}

function fault(text: string | Buffer, depthMax?: number): Fault {
  const found = read(Buffer.from(text), depthMax);
  assert(isFault(found), `${text} was accepted`);
  return found;
}

const request = (params: string, id = '1') =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":${params}}`;
const withArguments = (text: string) => request(`{"name":"t","arguments":${text}}`);
const result = (body: string, id = '1') => `{"jsonrpc":"2.0","id":${id},"result":${body}}`;

test('finds every span of a modern request', () => {
  const meta =
    '{"progressToken":"p","io.modelcontextprotocol/protocolVersion":"2026-07-28",' +
    '"io.modelcontextprotocol/clientCapabilities":{"roots":{}},"io.modelcontextprotocol/logLevel":"info"}';
  const text = `{ "jsonrpc" : "2.0", "params":{"uri":"u:\\u0061","inputResponses":{"k":1},"requestState":"s","arguments":{"a":[1]},"_meta":${meta},"name":"n\\/m"},\t"method":"x","id":"i"}`;
  const found = message(text);
  assert.equal(found.bytes.toString(), text);
  assert.equal(found.kind, Kind.request);
  assert.equal(found.method, 'x');
  assert.equal(found.id, '"i"');
  assert.equal(found.name, 'n/m');
  assert.equal(found.uri, 'u:a');
  assert.equal(found.version, '2026-07-28');
  assert.equal(found.text(found.tokenStart, found.tokenEnd), '"p"');
  assert.equal(found.text(found.argumentsStart, found.argumentsEnd), '{"a":[1]}');
  assert.equal(found.text(found.metaStart, found.metaEnd), meta);
  assert.deepEqual(found.value(found.capabilitiesStart, found.capabilitiesEnd), { roots: {} });
  assert.equal(found.value(found.logLevelStart, found.logLevelEnd), 'info');
  assert.equal(found.value(found.requestStateStart, found.requestStateEnd), 's');
  assert.deepEqual(found.value(found.inputResponsesStart, found.inputResponsesEnd), { k: 1 });
  assert.deepEqual(found.value(found.paramsStart, found.paramsEnd), JSON.parse(text).params);
});

test('finds the spans of notifications and answers', () => {
  const progress = message(
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":1}}',
  );
  assert.equal(progress.kind, Kind.notification);
  assert.equal(progress.text(progress.tokenStart, progress.tokenEnd), '7');
  const cancelled = message(
    '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"r"}}',
  );
  assert.equal(cancelled.text(cancelled.requestIdStart, cancelled.requestIdEnd), '"r"');
  const tagged = message(
    '{"jsonrpc":"2.0","method":"x","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":3}}}',
  );
  assert.equal(tagged.text(tagged.subscriptionStart, tagged.subscriptionEnd), '3');
  const answer = message(result('{"resultType":"complete","_meta":{"a":1},"content":[]}'));
  assert.equal(answer.kind, Kind.result);
  assert.equal(answer.text(answer.resultTypeStart, answer.resultTypeEnd), '"complete"');
  assert.equal(answer.text(answer.metaStart, answer.metaEnd), '{"a":1}');
  const refused = message('{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"m"}}');
  assert.equal(refused.kind, Kind.error);
  assert.deepEqual(refused.value(refused.bodyStart, refused.bodyEnd), { code: 1, message: 'm' });
  assert.equal(message('{"jsonrpc":"2.0","error":{"code":1,"message":"m"}}').id, '');
});

test('an id elsewhere than where its method has one is no span', () => {
  const found = message(request('{"requestId":[1],"progressToken":{},"name":"n"}'));
  assert.equal(found.requestIdStart, -1);
  assert.equal(found.tokenStart, -1);
  const other = message('{"jsonrpc":"2.0","method":"x","params":{"requestId":{},"name":1}}');
  assert.equal(other.requestIdStart, -1);
  assert.equal(other.nameStart, -1);
});

const CANONICAL: [why: string, text: string, bytes: string][] = [
  ['a duplicate key', withArguments('{"a":1,"a":2}'), withArguments('{"a":2}')],
  ['an escaped key', withArguments('{"\\u0061":1}'), withArguments('{"a":1}')],
  ['a key twice behind an escape', withArguments('{"a":1,"\\u0061":2}'), withArguments('{"a":2}')],
  ['a duplicate name', request('{"name":"a","name":"b"}'), request('{"name":"b"}')],
  ['an escaped id', request('{}', '"\\u0061"'), request('{}', '"a"')],
  ['an id with a zero fraction', request('{}', '7.0'), request('{}', '7')],
  ['an id with an exponent', request('{}', '1e2'), request('{}', '100')],
  ['a negative zero id', request('{}', '-0'), request('{}', '0')],
  ['half a surrogate pair', withArguments('{"a":"\\ud800"}'), withArguments('{"a":"\ufffd"}')],
  ['halves in keys', withArguments('{"\\ud800":1,"\\udc00":2}'), withArguments('{"\ufffd":2}')],
  ['a newline between tokens', request('{\n"a":1}'), request('{ "a":1}')],
  [
    'CRLF and a big answer number',
    result('{"a":\r\n123456789012345678901}'),
    result('{"a":  123456789012345678901}'),
  ],
  ['a line separator', withArguments('{"a":"\u2028"}'), withArguments('{"a":"\\u2028"}')],
  [
    'a line separator in a key',
    withArguments('{"\u2029\u0085":1}'),
    withArguments('{"\\u2029\\u0085":1}'),
  ],
  [
    '__proto__ twice',
    withArguments('{"__proto__":1,"__proto__":{"x":2}}'),
    withArguments('{"__proto__":{"x":2}}'),
  ],
  [
    '__proto__ beside half a pair',
    withArguments('{"__proto__":{"y":"\\udfff"}}'),
    withArguments('{"__proto__":{"y":"\ufffd"}}'),
  ],
  [
    'an escaped version',
    '{"jsonrpc":"\\u0032.0","jsonrpc":"2\\u002e0","method":"m"}',
    '{"jsonrpc":"2.0","method":"m"}',
  ],
];

for (const [why, text, bytes] of CANONICAL) {
  test(`sends ${why} in its one canonical form`, () => {
    const found = message(text);
    assert.equal(found.bytes.toString(), bytes);
    assert.equal(({} as Record<string, unknown>).y, undefined);
  });
}

const AS_IT_CAME: [why: string, text: string][] = [
  ['blanks and tabs', '{ "jsonrpc"\t: "2.0" , "method":"m" }'],
  ['a member named __proto__', withArguments('{"__proto__":{"a":1}}')],
  ['a surrogate pair', withArguments('{"a":"\\ud83d\\ude00"}')],
  ['all short escapes', withArguments('{"a":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000"}')],
  ['non-ASCII keys and values', withArguments('{"ключ":"値","é":"😀"}')],
  ['inexact numbers in an answer', result('{"a":9007199254740993,"b":1e999}')],
  [
    'exact large integers',
    withArguments('{"a":1152921504606846976,"b":0.1,"c":-1.5e-7,"d":6.02e23}'),
  ],
  ['case twins below the arguments', withArguments('{"a":{"x":1,"X":2}}')],
  ['an empty key', withArguments('{"":1,"a":""}')],
  ['keys of one length', withArguments('{"abcde":1,"abcdf":2,"abxde":3}')],
];

for (const [why, text] of AS_IT_CAME) {
  test(`passes ${why} as it came`, () => assert.equal(message(text).bytes.toString(), text));
}

test('blanks around the message are left out', () => {
  assert.equal(
    message(' \r\n{"jsonrpc":"2.0","method":"m"}\n\n').bytes.toString(),
    '{"jsonrpc":"2.0","method":"m"}',
  );
});

const UNPARSED: [why: string, bytes: string | Buffer][] = [
  ['nothing', ''],
  ['blanks', ' \n'],
  ['a byte order mark', '\ufeff{"jsonrpc":"2.0","method":"m"}'],
  ['invalid UTF-8', Buffer.from('{"jsonrpc":"2.0","method":"\xff"}', 'latin1')],
  ['a surrogate in UTF-8', Buffer.from('{"jsonrpc":"2.0","method":"\xed\xa0\x80"}', 'latin1')],
  ['trailing bytes', '{"jsonrpc":"2.0","method":"m"}{}'],
  ['a trailing comma', '{"jsonrpc":"2.0","method":"m",}'],
  ['a comment', '{"jsonrpc":"2.0",/**/"method":"m"}'],
  ['a raw newline in a string', '{"jsonrpc":"2.0","method":"a\nb"}'],
  [
    'a raw newline far inside a string',
    withArguments(`{"a":"${'x'.repeat(100)}\n${'x'.repeat(100)}"}`),
  ],
  ['a raw NUL in a string', '{"jsonrpc":"2.0","method":"a\0b"}'],
  ['an escaped NUL in a key', withArguments('{"a\\u0000":1}')],
  ['a leading zero', withArguments('{"a":01}')],
  ['a bare fraction', withArguments('{"a":.5}')],
  ['an unfinished fraction', withArguments('{"a":1.}')],
  ['an unfinished exponent', withArguments('{"a":1e}')],
  ['a plus sign', withArguments('{"a":+1}')],
  ['NaN', withArguments('{"a":NaN}')],
  ['a cut literal', withArguments('{"a":tru}')],
  ['a bad escape', withArguments('{"a":"\\x"}')],
  ['a bad unicode escape', withArguments('{"a":"\\u00g0"}')],
  ['a backslash before a line separator', withArguments('{"a":"\\\u2028"}')],
  ['a single quote', "{'jsonrpc':'2.0'}"],
  ['an object that does not end', '{"jsonrpc":"2.0","params":{}'],
  ['a string that takes the last brace', '{"jsonrpc":"2.0","method":"m}'],
];

for (const [why, bytes] of UNPARSED) {
  test(`refuses ${why} as unparsable`, () => assert.equal(fault(bytes).kind, 'parse'));
}

const INVALID: [why: string, text: string, id: string][] = [
  ['a batch', `[${request('{}')}]`, 'null'],
  ['a number', '5', 'null'],
  ['a null id in a request', request('{}', 'null'), 'null'],
  ['a fractional id', request('{}', '1.5'), 'null'],
  ['an object id', request('{}', '{}'), 'null'],
  ['a boolean id', request('{}', 'true'), 'null'],
  ['an unsafe integer id', request('{}', '9007199254740992'), 'null'],
  ['a missing version', '{"id":1,"method":"m"}', '1'],
  ['another version', '{"jsonrpc":"1.0","id":1,"method":"m"}', '1'],
  ['a method that is no string', '{"jsonrpc":"2.0","id":1,"method":7}', '1'],
  ['params in an array', request('[]'), '1'],
  ['null params', request('null'), '1'],
  ['a name that is no string', request('{"name":1}'), '1'],
  ['a URI that is no string', request('{"uri":null}'), '1'],
  ['arguments that are no object', request('{"name":"t","arguments":[]}'), '1'],
  ['a _meta that is no object', request('{"_meta":1}'), '1'],
  ['a fractional progress token', request('{"_meta":{"progressToken":1.5}}'), '1'],
  [
    'a version that is no string',
    request('{"_meta":{"io.modelcontextprotocol/protocolVersion":1}}'),
    '1',
  ],
  ['an unknown top-level member', '{"jsonrpc":"2.0","id":1,"method":"m","extra":1}', '1'],
  ['a request with a result', '{"jsonrpc":"2.0","id":1,"method":"m","result":{}}', '1'],
  ['both result and error', '{"jsonrpc":"2.0","id":1,"result":{},"error":{}}', '1'],
  ['neither method nor answer', '{"jsonrpc":"2.0","id":1}', '1'],
  ['an answer with params', '{"jsonrpc":"2.0","id":1,"result":{},"params":{}}', '1'],
  ['a result without an id', '{"jsonrpc":"2.0","result":{}}', 'null'],
  ['a result with a null id', result('{}', 'null'), 'null'],
  ['a result that is no object', result('[]'), '1'],
  ['an error that is no object', '{"jsonrpc":"2.0","id":1,"error":"no"}', '1'],
  ['an error with a fractional id', '{"jsonrpc":"2.0","id":0.5,"error":{}}', 'null'],
  ['a top-level look-alike', '{"jsonrpc":"2.0","id":1,"method":"m","Params":{}}', '1'],
  ['a look-alike of name', request('{"name":"a","Name":"b"}'), '1'],
  ['a look-alike of arguments with a long s', request('{"argument\u017f":{}}'), '1'],
  [
    'a look-alike of progressToken with a Kelvin sign',
    request('{"_meta":{"progressTo\u212aen":1}}'),
    '1',
  ],
  ['a look-alike in a result', result('{"ResultType":"complete"}'), '1'],
  ['an escaped look-alike', request('{"\\u004eame":"b"}'), '1'],
  ['arguments that differ by case', withArguments('{"path":1,"Path":2}'), '1'],
  ['arguments that differ by a Kelvin sign', withArguments('{"kind":1,"\u212aind":2}'), '1'],
  ['arguments that differ by a final sigma', withArguments('{"λόγος":1,"ΛΌΓΟΣ":2}'), '1'],
  ['an overflowing number in a request', withArguments('{"a":1e400}'), '1'],
  ['a vanishing number in a request', withArguments('{"a":1e-400}'), '1'],
  ['an inexact integer in a request', withArguments('{"a":[9007199254740993]}'), '1'],
  ['an endless number in a request', withArguments(`{"a":${'1'.repeat(1000)}}`), '1'],
];

const KEPT: [why: string, answer: string, kept: string][] = [
  [
    'an inexact integer',
    '{"^\\\\d$":{"max":18446744073709551615},"a":1,"a":2}',
    '18446744073709551615',
  ],
  [
    'an integer that would be shortened',
    '{"a":1152921504606846976,"b":1,"b":2}',
    '1152921504606846976',
  ],
  ['an overflow', '{"a":1e400,"b":1,"b":2}', '1e400'],
  ['a fraction of zero', '{"a":[1.0],"b":1,"b":2}', '1.0'],
  ['what only looks like a number', '{"a":"-1.50e3","b":1,"b":2}', '"-1.50e3"'],
];

for (const [why, answer, kept] of KEPT) {
  test(`keeps ${why} in an answer that is written anew`, () => {
    const { bytes } = message(result(answer));
    assert.ok(bytes.includes(kept), bytes.toString());
    assert.ok(!/[0-9a-f]{32}/.test(bytes.toString()));
  });
}

for (const [why, text, id] of INVALID) {
  test(`refuses ${why} as invalid`, () => {
    const { kind, why: words, id: read } = fault(text);
    assert.deepEqual({ kind, id: read }, { kind: 'invalid', id }, words);
  });
}

test('bounds the depth in both lanes, the message included', () => {
  const nested = (depth: number, inner: string) =>
    request(`${'{"a":'.repeat(depth - 2)}[${inner}]${'}'.repeat(depth - 2)}`);
  message(nested(64, ''));
  assert.equal(fault(nested(65, '')).kind, 'parse');
  message(nested(64, '\n'));
  assert.equal(fault(nested(65, '\n')).kind, 'parse');
  message(request('{}'), 2);
  assert.equal(fault(request('{}'), 1).kind, 'parse');
  assert.equal(fault(`${'['.repeat(1e6)}`).kind, 'parse');
  assert.equal(fault(`{"a":${'['.repeat(1e6)}}`, 1e9).kind, 'parse');
});

test('tracks the keys of wide and of colliding objects', () => {
  const wide = Array.from({ length: 100 }, (_, i) => `"key${i}":{"x":1}`);
  const text = withArguments(`{${wide.join(',')}}`);
  assert.equal(message(text).bytes.toString(), text);
  assert.equal(fault(withArguments(`{${wide.join(',')},"KEY7":0}`)).kind, 'invalid');
  const twice = message(withArguments(`{"o":{${wide.join(',')},"key31":2}}`));
  const inner = twice.value(twice.argumentsStart, twice.argumentsEnd) as { o: { key31: number } };
  assert.equal(inner.o.key31, 2);
  const alike = Array.from({ length: 20 }, (_, i) => `"a${String(i).padStart(2, '0')}xxxxxb":1`);
  const colliding = request(`{"x":{${alike.join(',')}},"y":{${alike.join(',')}}}`);
  assert.equal(message(colliding).bytes.toString(), colliding);
  const again = message(request(`{"x":{${alike.join(',')},${alike[3]}}}`));
  assert.equal(again.bytes.toString(), request(`{"x":{${alike.join(',')}}}`));
});

test('reads long strings with escapes and quotes anywhere', () => {
  for (let length = 0; length < 300; length += 7) {
    for (const inner of ['\\"', '\\\\', '\\n', '\\ud83d\\ude00']) {
      const text = withArguments(
        `{"a":"${'x'.repeat(length)}${inner}${'y'.repeat(300 - length)}","b":1}`,
      );
      assert.equal(message(text).bytes.toString(), text);
    }
  }
});

test('reads a batch element by element', () => {
  const batch = readBatch(
    Buffer.from(`\n[ ${request('{}')} ,\n [], 3,{"jsonrpc":"2.0","method":"]"}]`),
    4,
  );
  assert(Array.isArray(batch));
  assert.deepEqual(
    batch.map((each) => (isFault(each) ? each.kind : each.method)),
    ['tools/call', 'invalid', 'invalid', ']'],
  );
});

test('refuses what is no batch of 1 to max messages', () => {
  const kindOf = (text: string | Buffer) => {
    const found = readBatch(Buffer.from(text), 2);
    assert(!Array.isArray(found));
    return found.kind;
  };
  assert.equal(kindOf('[]'), 'invalid');
  assert.equal(kindOf('[1,2,3]'), 'invalid');
  assert.equal(kindOf(request('{}')), 'invalid');
  assert.equal(kindOf('[1,'), 'parse');
  assert.equal(kindOf(Buffer.from([0x5b, 0xff, 0x5d])), 'parse');
  assert.equal(kindOf('['.repeat(1e5)), 'parse');
});
