/**
 * What is judged is what is sent: bytes that two parsers could read differently, sent raw over HTTP in both eras and
 * over stdio, either arrive at the server as bytes that every parser reads alike, or are refused with the caller's id.
 *
 * The server writes down the bytes it gets and answers with what it understood.
 */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LATEST_LEGACY, LATEST_MODERN, META } from '../../src/protocol/eras.ts';
import { LegacyClient } from '../support/legacy-client.ts';
import type { RpcMessage } from '../support/mcp-exchange.ts';
import { parseJson } from '../support/parsers.ts';
import { type HeaderLine, rawPost } from '../support/raw-http.ts';
import { StdioClient } from '../support/stdio-client.ts';
import { temporaryFolder } from '../support/temp.ts';
import { type Json, RunningGateway, recorded, recorder } from './running-gateway.ts';

/** `served`: one call arrives. `refused`: none does. `either`: whichever, as long as all parsers agree. */
type Verdict = 'served' | 'refused' | 'either';

interface Case {
  readonly verdict: Verdict;
  /** The whole message made from the id and the `_meta` member that the era needs, which ends in a comma or is ''. */
  readonly body: (id: string, meta: string) => string | Buffer;
  /** Has a newline in it, which ends a message on stdio. */
  readonly hasNewline?: boolean;
}

function message(id: string, params: string, before = '', after = ''): string {
  return `{"jsonrpc":"2.0",${before}"id":${id},"method":"tools/call","params":{${params}}${after}}`;
}

/** A call of echo with these arguments. */
function args(verdict: Verdict, text: string): Case {
  return { verdict, body: (id, meta) => message(id, `${meta}"name":"echo","arguments":${text}`) };
}

/** A call with these members of params. */
function params(verdict: Verdict, text: string): Case {
  return { verdict, body: (id, meta) => message(id, `${meta}${text}`) };
}

/** A call of echo with more members at the top. */
function top(verdict: Verdict, front: string, back = ''): Case {
  const plain = '"name":"echo","arguments":{}';
  return { verdict, body: (id, meta) => message(id, meta + plain, front, back) };
}

/** A good call, changed as a whole. */
function whole(verdict: Verdict, change: (text: string) => string | Buffer): Case {
  const plain = '"name":"echo","arguments":{"a":1}';
  return { verdict, body: (id, meta) => change(message(id, meta + plain)) };
}

function bytes(verdict: Verdict, put: number[]): Case {
  return {
    verdict,
    body: (id, meta) => {
      const [front = '', back = ''] = message(
        id,
        `${meta}"name":"echo","arguments":{"a":"@"}`,
      ).split('@');
      return Buffer.concat([Buffer.from(front), Buffer.from(put), Buffer.from(back)]);
    },
  };
}

function deep(depth: number): string {
  return `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
}

const CASES: Record<string, Case> = {
  'a plain call': args('served', '{"a":1}'),
  'a name given twice': params('either', '"name":"echo","name":"pid","arguments":{}'),
  'a name given twice, once escaped': params('either', '"name":"echo","n\\u0061me":"pid"'),
  'a name with an escaped key': params('either', '"n\\u0061me":"echo","arguments":{"a":1}'),
  'a name with an escaped value': params('either', '"name":"ech\\u006f","arguments":{"a":1}'),
  'a name in another case beside it': params(
    'refused',
    '"Name":"pid","name":"echo","arguments":{}',
  ),
  'only a name in another case': params('refused', '"NAME":"echo","arguments":{}'),
  'arguments given twice': params(
    'either',
    '"name":"echo","arguments":{"a":1},"arguments":{"a":2}',
  ),
  'an argument given twice': args('either', '{"a":1,"a":2}'),
  'an argument given twice, once escaped': args('either', '{"a":1,"\\u0061":2}'),
  'an argument given twice, deep': args('either', '{"x":[{"y":{"a":1,"b":0,"a":2}}]}'),
  'a method given twice': top('either', '"method":"tools/list",'),
  'a method given twice, the other way round': top('either', '', ',"method":"tools/list"'),
  'an id given twice': top('either', '"id":77,'),
  'params given twice': top('either', '', ',"params":{"name":"pid"}'),
  'params given twice, once escaped': top('either', '', ',"par\\u0061ms":{"name":"pid"}'),
  'a version given twice': top('either', '', ',"jsonrpc":"1.0"'),
  'a result beside the method': top('either', '', ',"result":{}'),
  'an error beside the method': top('either', '', ',"error":{"code":1,"message":""}'),
  'members that nobody knows': top('either', '"x":1,', ',"y":[{}]'),
  'prototype members as arguments': args(
    'served',
    '{"__proto__":{"a":1},"constructor":{"prototype":1}}',
  ),
  'prototype members as params': params(
    'served',
    '"__proto__":{"name":"pid"},"name":"echo","arguments":{}',
  ),
  'a byte order mark': whole('either', (text) => `\ufeff${text}`),
  'a byte that UTF-8 does not have': bytes('refused', [0xff]),
  'an overlong encoding': bytes('refused', [0xc0, 0xaf]),
  'half a character': bytes('refused', [0xe2, 0x82]),
  'a surrogate in UTF-8': bytes('refused', [0xed, 0xa0, 0x80]),
  'a NUL in a string': bytes('refused', [0]),
  'an escape in a string': bytes('refused', [0x1b]),
  'a raw tab in a string': bytes('refused', [9]),
  'UTF-16': whole('refused', (text) => Buffer.from(text, 'utf16le')),
  'an escaped NUL': args('served', '{"a":"x\\u0000y"}'),
  'a lone surrogate': args('either', '{"a":"\\ud800"}'),
  'a lone surrogate the other way round': args('either', '{"a":"\\udc00\\ud800"}'),
  'a lone surrogate as a key': args('either', '{"\\udead":1,"\\ufffd":2}'),
  'a surrogate pair': args('served', '{"a":"\\ud83d\\ude42"}'),
  'line separators in a string': args('served', '{"a":"x\u2028y\u2029z\u0085"}'),
  'escaped line ends in a string': args('served', '{"a":"\\n{\\"jsonrpc\\":\\"2.0\\"}\\r\\n"}'),
  'a number beyond doubles': args('either', '{"a":1e999}'),
  'a number with many digits': args(
    'either',
    '{"a":12345678901234567890,"b":0.1000000000000000055511}',
  ),
  'ways to write one': args('served', '{"a":1.0,"b":1e0,"c":10E-1,"d":-0}'),
  'a number with a leading zero': args('refused', '{"a":01}'),
  'a number with a plus': args('refused', '{"a":+1}'),
  'a number without digits before the point': args('refused', '{"a":.5}'),
  'a number without digits after the point': args('refused', '{"a":1.}'),
  'a hexadecimal number': args('refused', '{"a":0x10}'),
  NaN: args('refused', '{"a":NaN}'),
  'nesting that is allowed': args('served', deep(50)),
  'nesting that is not': args('refused', deep(70)),
  'nesting without end': args('refused', deep(100_000)),
  'nesting that is never closed': whole('refused', () => '['.repeat(100_000)),
  'bytes after the end': whole('refused', (text) => `${text}x`),
  'a second message after the end': whole('refused', (text) => text + text),
  'a NUL after the end': whole('refused', (text) => `${text}\u0000`),
  'blanks around it': whole('served', (text) => ` \t${text}\t `),
  'a trailing comma': args('refused', '{"a":1,}'),
  'a comment': args('refused', '{"a":1/*x*/}'),
  'single quotes': args('refused', "{'a':1}"),
  'a key without quotes': args('refused', '{a:1}'),
  'a bad escape': args('refused', '{"a":"\\x41"}'),
  'a cut escape': args('refused', '{"a":"\\u00"}'),
  nothing: whole('refused', () => ''),
  'a batch': whole('refused', (text) => `[${text}]`),
  'a batch in a batch': whole('refused', (text) => `[[${text}]]`),
  'an empty batch': whole('refused', () => '[]'),
  'a text': whole('refused', (text) => JSON.stringify(text)),
  null: whole('refused', () => 'null'),
  'no version': whole('refused', (text) => text.replace('"jsonrpc":"2.0",', '')),
  'another version': whole('refused', (text) => text.replace('"2.0"', '"1.0"')),
  'a version in another case': whole('refused', (text) => text.replace('"jsonrpc"', '"JSONRPC"')),
  'a method in another case': whole('refused', (text) => text.replace('tools/call', 'Tools/Call')),
  'arguments that are a list': args('refused', '[]'),
  'a name that is a number': params('refused', '"name":1,"arguments":{}'),
  'newlines between tokens': {
    ...whole('served', (text) => text.replaceAll(',"', ',\r\n"')),
    hasNewline: true,
  },
  'a newline in a string': { ...bytes('refused', [10]), hasNewline: true },
};

const folder = temporaryFolder('parsers');
const FILE = join(folder, 'http');
let gateway: RunningGateway;

before(async () => {
  // How bytes are read is the question, not what is in them.
  gateway = await RunningGateway.start({ servers: { rec: recorder(FILE) }, inspect: 'off' });
  await gateway.settled();
});

after(async () => {
  await gateway?.stop();
});

function calls(file: string): Buffer[] {
  return recorded(file).lines.filter((line) => line.includes('tools/call'));
}

/** One line, in UTF-8, that the first-wins and the last-wins parser read alike. Returns what it says. */
function agreed(line: Buffer): { name?: unknown; arguments?: unknown } {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line);
  assert.ok(!/[\n\r\u0085\u2028\u2029]/.test(text), 'one line to every line reader');
  assert.deepEqual(parseJson(text, 'first'), parseJson(text, 'last'));
  const { method, params: said } = JSON.parse(text) as { method: string; params: Json };
  assert.equal(method, 'tools/call');
  return said;
}

function judge(name: string, { verdict }: Case, answer: RpcMessage | undefined, lines: Buffer[]) {
  if (lines.length === 0) {
    assert.notEqual(verdict, 'served', `${name}: ${JSON.stringify(answer)}`);
    assert.ok(answer?.error !== undefined || answer?.result !== undefined, name);
    if (verdict === 'refused') assert.ok(answer.error !== undefined, `${name}: served elsewhere`);
    return;
  }
  assert.equal(lines.length, 1, name);
  assert.notEqual(verdict, 'refused', `${name} arrived: ${lines[0]}`);
  const said = agreed(lines[0]!);
  const content = answer?.result?.content as { text: string }[] | undefined;
  assert.ok(content !== undefined, `${name}: ${JSON.stringify(answer)}`);
  const text = content[0]?.text ?? '';
  if (said.name === 'echo') assert.equal(text, JSON.stringify(said.arguments));
  else assert.match(text, /^\d+$/);
}

const MODERN_META = `"_meta":${JSON.stringify({
  [`${META}protocolVersion`]: LATEST_MODERN,
  [`${META}clientCapabilities`]: {},
})},`;

const ERAS: Record<string, () => Promise<{ meta: string; headers: HeaderLine[] }>> = {
  modern: async () => ({
    meta: MODERN_META,
    headers: [
      ['MCP-Protocol-Version', LATEST_MODERN],
      ['Mcp-Method', 'tools/call'],
      ['Mcp-Name', 'echo'],
    ],
  }),
  legacy: async () => {
    const { sessionId = '' } = await LegacyClient.open(gateway.route('rec'));
    return {
      meta: '',
      headers: [
        ['MCP-Protocol-Version', LATEST_LEGACY],
        ['Mcp-Session-Id', sessionId],
      ],
    };
  },
};

for (const [era, prepare] of Object.entries(ERAS)) {
  describe(`a ${era} message over HTTP`, { timeout: 180_000 }, () => {
    let meta: string;
    let headers: HeaderLine[];

    before(async () => {
      ({ meta, headers } = await prepare());
    });

    for (const [name, item] of Object.entries(CASES)) {
      it(`is read alike by everybody or refused: ${name}`, async () => {
        const start = calls(FILE).length;
        const { status, body } = await rawPost(
          gateway.route('rec'),
          item.body('42', meta),
          headers,
        );
        const [data] = /^data: ?\{.*$/m.exec(body) ?? [];
        const answer = JSON.parse(data?.slice(5) ?? body) as RpcMessage;
        judge(name, item, answer, calls(FILE).slice(start));
        if (answer.error === undefined) {
          assert.equal(status, 200);
          // Where an id is given twice, either is the caller's.
          assert.ok(answer.id === 42 || answer.id === 77);
        } else {
          assert.ok([42, null].includes(answer.id as number | null), String(answer.id));
          const { code } = answer.error;
          if (code === -32700 || code === -32600) assert.equal(status, 400);
        }
      });
    }
  });
}

describe('a message over stdio', { timeout: 180_000 }, () => {
  const file = join(folder, 'stdio');
  let client: StdioClient;

  before(async () => {
    const running = await RunningGateway.start({
      servers: { rec: recorder(file) },
      inspect: 'off',
    });
    await running.stop();
    client = await StdioClient.gateway(running.file, '--route', 'rec');
  });

  after(async () => {
    await client?.end();
  });

  for (const era of ['modern', 'legacy'] as const) {
    it(`is read alike by everybody or refused, in a ${era} conversation`, async () => {
      if (era === 'legacy') await client.initialize();
      const meta = era === 'modern' ? MODERN_META : '';
      let barrier = 1000;
      for (const [name, item] of Object.entries(CASES)) {
        if (item.hasNewline === true || name === 'nothing') continue;
        const start = calls(file).length;
        const seen = client.messages.length;
        client.process.child.stdin?.write(
          Buffer.concat([Buffer.from(item.body('42', meta)), Buffer.from('\n')]),
        );
        const isAnswer = (answer: RpcMessage) =>
          answer.method === undefined && client.messages.indexOf(answer) >= seen;
        const answer = await client.until(isAnswer).catch((error: unknown) => {
          throw new Error(`${name}: ${error}`);
        });
        assert.ok([42, 77, null].includes(answer.id as number | null), `${name}: ${answer.id}`);
        judge(name, item, answer, calls(file).slice(start));
        // A message that was refused has not taken the next one with it.
        const id = era === 'modern' ? `m${barrier++}` : `l${barrier++}`;
        client.send(message(JSON.stringify(id), `${meta}"name":"pid"`));
        await client.until((next) => next.id === id && next.result !== undefined);
      }
    });
  }

  it('is not confused by the pieces of a message with newlines in it', async () => {
    const start = calls(file).length;
    const { body } = CASES['newlines between tokens']!;
    client.send(String(body('99', MODERN_META)));
    const { id } = await client.modern('ping').catch(() => ({ id: null }));
    assert.ok(id !== undefined);
    assert.equal(calls(file).length, start);
  });
});
