import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classify } from '../../src/protocol/classify.ts';
import type { MirrorHeaders } from '../../src/protocol/headers.ts';
import { isFault, read } from '../../src/protocol/json-rpc.ts';
import type { Message } from '../../src/protocol/message.ts';

const MODERN = '2026-07-28';
const NONE: MirrorHeaders = { version: '', method: '', name: '' };

function message(value: object): Message {
  const read_ = read(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...value })));
  assert.ok(!isFault(read_), JSON.stringify(read_));
  return read_;
}

function meta(version: unknown, capabilities: unknown = {}) {
  return {
    'io.modelcontextprotocol/protocolVersion': version,
    ...(capabilities === null
      ? {}
      : { 'io.modelcontextprotocol/clientCapabilities': capabilities }),
  };
}

function request(method: string, params: object = {}, version: string | null = MODERN): Message {
  return message({
    id: 1,
    method,
    params: { ...params, ...(version === null ? {} : { _meta: meta(version) }) },
  });
}

function verdict(subject: Message, headers: MirrorHeaders | null): string {
  const found = classify(subject, headers);
  return typeof found === 'string' ? found : found.code;
}

const LIST = { version: MODERN, method: 'tools/list', name: '' };
const CALL = { version: MODERN, method: 'tools/call', name: 'echo' };
const call = request('tools/call', { name: 'echo', arguments: {} });

const CASES: [string, Message, MirrorHeaders | null, string][] = [
  ['a claim with agreeing headers is modern', request('tools/list'), LIST, 'modern'],
  ['a call with its mirror headers is modern', call, CALL, 'modern'],
  ['initialize without a claim is legacy', request('initialize', {}, null), NONE, 'legacy'],
  [
    'initialize is legacy whatever legacy header it has',
    request('initialize', {}, null),
    { ...NONE, version: '1999-01-01' },
    'legacy',
  ],
  [
    'initialize with a claim of an old version is legacy',
    request('initialize', {}, '2025-06-18'),
    NONE,
    'legacy',
  ],
  [
    'initialize with a modern claim is modern',
    request('initialize'),
    { ...LIST, method: 'initialize' },
    'modern',
  ],
  [
    'initialize without a claim under a modern header disagrees',
    request('initialize', {}, null),
    LIST,
    'header_mismatch',
  ],
  ['no claim and no header is legacy', request('tools/list', {}, null), NONE, 'legacy'],
  [
    'no claim and a legacy header is legacy',
    request('tools/list', {}, null),
    { ...NONE, version: '2025-06-18' },
    'legacy',
  ],
  [
    'no claim and an unknown header is refused',
    request('tools/list', {}, null),
    { ...NONE, version: '2025-06-19' },
    'unsupported_version',
  ],
  [
    'no claim under a modern header lacks its _meta',
    request('tools/list', {}, null),
    LIST,
    'bad_meta',
  ],
  [
    'a header that names another version than the claim',
    request('tools/list'),
    { ...LIST, version: '2025-11-25' },
    'header_mismatch',
  ],
  [
    'an unknown claim is unsupported',
    request('tools/list', {}, '2099-01-01'),
    { ...LIST, version: '2099-01-01' },
    'unsupported_version',
  ],
  [
    'a legacy version as a claim is unsupported',
    request('tools/list', {}, '2025-06-18'),
    { ...LIST, version: '2025-06-18' },
    'unsupported_version',
  ],
  ['a missing version header', request('tools/list'), { ...LIST, version: '' }, 'header_mismatch'],
  ['a missing Mcp-Method', request('tools/list'), { ...LIST, method: '' }, 'header_mismatch'],
  [
    'another Mcp-Method',
    request('tools/list'),
    { ...LIST, method: 'tools/call' },
    'header_mismatch',
  ],
  [
    'Mcp-Method in another case',
    request('tools/list'),
    { ...LIST, method: 'Tools/List' },
    'header_mismatch',
  ],
  [
    'Mcp-Method among blanks',
    request('tools/list'),
    { ...LIST, method: '\t tools/list ' },
    'modern',
  ],
  ['a missing Mcp-Name', call, { ...CALL, name: '' }, 'header_mismatch'],
  ['another Mcp-Name', call, { ...CALL, name: 'Echo' }, 'header_mismatch'],
  ['Mcp-Name in Base64', call, { ...CALL, name: '=?base64?ZWNobw==?=' }, 'modern'],
  ['Mcp-Name in sloppy Base64', call, { ...CALL, name: '=?base64?ZWNobw?=' }, 'header_mismatch'],
  [
    'Mcp-Name mirrors the URI of a read',
    request('resources/read', { uri: 'a://b' }),
    { version: MODERN, method: 'resources/read', name: 'a://b' },
    'modern',
  ],
  [
    'Mcp-Name mirrors the name of a prompt',
    request('prompts/get', { name: 'p' }),
    { version: MODERN, method: 'prompts/get', name: 'q' },
    'header_mismatch',
  ],
  [
    'Mcp-Name where nothing is mirrored is ignored',
    request('tools/list'),
    { ...LIST, name: 'x' },
    'modern',
  ],
  [
    'a call without a name is for the gateway to refuse',
    request('tools/call'),
    { ...CALL, name: '' },
    'modern',
  ],
  [
    'missing client capabilities',
    message({ id: 1, method: 'tools/list', params: { _meta: meta(MODERN, null) } }),
    LIST,
    'bad_meta',
  ],
  [
    'client capabilities of another type',
    message({ id: 1, method: 'tools/list', params: { _meta: meta(MODERN, 'all') } }),
    LIST,
    'bad_meta',
  ],
  [
    'a modern notification under a modern header',
    message({ method: 'notifications/cancelled' }),
    { ...NONE, version: MODERN },
    'modern',
  ],
  [
    'a notification whose Mcp-Method disagrees',
    message({ method: 'notifications/cancelled' }),
    LIST,
    'header_mismatch',
  ],
  [
    'a notification without a header is legacy',
    message({ method: 'notifications/initialized' }),
    NONE,
    'legacy',
  ],
  ['a response is legacy', message({ id: 1, result: {} }), NONE, 'legacy'],
  ['a response under a modern header', message({ id: 1, result: {} }), LIST, 'invalid_request'],
  ['a pipe has no headers to agree with', call, null, 'modern'],
  [
    'a pipe refuses unknown versions',
    request('tools/list', {}, '2099-01-01'),
    null,
    'unsupported_version',
  ],
  ['a pipe without a claim is legacy', request('tools/list', {}, null), null, 'legacy'],
];

for (const [name, subject, headers, expected] of CASES) {
  test(`${name}: ${expected}`, () => assert.equal(verdict(subject, headers), expected));
}

test('names the supported versions and the requested one', () => {
  const refusal = classify(request('tools/list', {}, '2099-01-01'), null);
  assert.ok(typeof refusal === 'object');
  assert.deepEqual(refusal.data, { supported: [MODERN], requested: '2099-01-01' });
});
