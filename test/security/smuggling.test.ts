/**
 * One request is one request: framing that two servers could read differently is refused, on either front end.
 *
 * Each case ends in a second request that only one of the two readings makes; its tool must never be called.
 */

import assert from 'node:assert/strict';
import { INITIALIZE, JSON_POST, modern, onBothFronts, request } from '../edge/harness.ts';

const HIDDEN = 'hidden_tool';
const echo = modern('echo');
const hidden = modern(HIDDEN);
const SECOND = request('POST', '/mcp', hidden.headers, hidden.body);
const lines = (headers: Record<string, string>) =>
  Object.entries({ host: 'localhost', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
const head = (extra: string) => `POST /mcp HTTP/1.1\r\n${lines(echo.headers)}${extra}\r\n`;
const chunked = (body: string) => `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;
const length = Buffer.byteLength(echo.body);

const AMBIGUOUS: Record<string, string> = {
  'a length and chunks': `${head(`content-length: ${length}\r\ntransfer-encoding: chunked\r\n`)}${echo.body}${SECOND}`,
  'chunks and a length': `${head('transfer-encoding: chunked\r\ncontent-length: 4\r\n')}${chunked(echo.body)}${SECOND}`,
  'two lengths': `${head(`content-length: ${length}\r\ncontent-length: 0\r\n`)}${echo.body}${SECOND}`,
  'a length with a sign': `${head(`content-length: +${length}\r\n`)}${echo.body}${SECOND}`,
  'a list of lengths': `${head(`content-length: ${length}, ${length}\r\n`)}${echo.body}${SECOND}`,
  'a length in hexadecimal': `${head(`content-length: 0x${length.toString(16)}\r\n`)}${echo.body}${SECOND}`,
  'an unknown coding': `${head('transfer-encoding: xchunked\r\n')}${chunked(echo.body)}${SECOND}`,
  'a coding behind another': `${head('transfer-encoding: chunked, identity\r\n')}${chunked(echo.body)}${SECOND}`,
  'an empty coding': `${head('transfer-encoding:\r\n')}${chunked(echo.body)}${SECOND}`,
  'an empty coding beside a length': `${head(`transfer-encoding: \r\ncontent-length: ${length}\r\n`)}${echo.body}${SECOND}`,
  'a blank before the colon': `${head(`content-length : 0\r\ncontent-length: ${length}\r\n`)}${echo.body}${SECOND}`,
  'a chunk size that is none': `${head('transfer-encoding: chunked\r\n')}zz\r\n${echo.body}\r\n0\r\n\r\n${SECOND}`,
  'a negative chunk': `${head('transfer-encoding: chunked\r\n')}-1\r\n${echo.body}\r\n0\r\n\r\n${SECOND}`,
  'a chunk that is too long': `${head('transfer-encoding: chunked\r\n')}ffffffffffffffff1\r\n${echo.body}\r\n0\r\n\r\n${SECOND}`,
  'a body that HTTP/1.0 would not frame': `POST /mcp HTTP/1.0\r\n${lines(echo.headers)}transfer-encoding: chunked\r\n\r\n${chunked(echo.body)}${SECOND}`,
};

for (const [what, bytes] of Object.entries(AMBIGUOUS)) {
  onBothFronts(`refuses ${what}, and what hides behind it`, async ({ raw }) => {
    const client = raw(bytes);
    const late = setTimeout(() => client.socket.destroy(), 1500);
    await client.closed();
    clearTimeout(late);
    assert.ok(!client.text.includes(HIDDEN), client.text);
  });
}

onBothFronts('answers pipelined requests in their order, each once', async ({ raw }) => {
  const each = ['one', 'two', 'three', 'four'].map((name) => {
    const { headers, body } = modern(name);
    return request('POST', '/mcp', headers, body);
  });
  const client = raw(each.join(''));
  await client.saw('four');
  const named = [...client.text.matchAll(/one|two|three|four/g)].map(([name]) => name);
  assert.deepEqual([...new Set(named)], ['one', 'two', 'three', 'four']);
  assert.equal(client.text.split('HTTP/1.1 200').length - 1, 4);
});

onBothFronts('reads a request that follows a GET with a body as what it is', async ({ raw }) => {
  const get = request('GET', '/healthz', {}, 'GET /mcp/hidden HTTP/1.1\r\n\r\n');
  const client = raw(`${get}${request('POST', '/mcp', echo.headers, echo.body)}`);
  const late = setTimeout(() => client.socket.destroy(), 1500);
  await Promise.race([client.saw('"echo"').catch(() => {}), client.closed()]);
  clearTimeout(late);
  assert.ok(!client.text.includes('unknown_route'), client.text);
});

onBothFronts('serves its own paths only, however they are written', async ({ ask }) => {
  const paths = [
    ...['http://localhost/mcp', 'http://evil.example/mcp', '//localhost/mcp', '/mcp/', '/./mcp'],
    ...['/x/../mcp', '/mcp/../mcp', '/mcp/..%2ffiles', '/mcp/%2e%2e/mcp', '/mcp//files', '/MCP'],
    ...['/mcp/files/', '/mcp/files%00', '/mcp/__proto__', '/mcp/constructor', '/mcp;x=1', '*'],
    `/mcp/${'a'.repeat(10_000)}`,
    `/mcp/${'%66'.repeat(3000)}`,
  ];
  for (const path of paths) {
    const answer = await ask('POST', path, hidden.headers, hidden.body);
    assert.ok(answer.status >= 400, `${path.slice(0, 40)} is ${answer.status}`);
    assert.ok(!answer.body.includes(HIDDEN), path.slice(0, 40));
  }
});

onBothFronts('echoes nothing for TRACE, and upgrades to nothing', async ({ raw }) => {
  const trace = raw(request('TRACE', '/mcp', { 'x-secret': 'in-the-trace' }));
  await Promise.race([trace.saw('\r\n\r\n').catch(() => {}), trace.closed()]);
  assert.ok(!trace.text.includes('in-the-trace'));
  const upgrade = raw(
    request('GET', '/mcp', {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    }),
  );
  await Promise.race([upgrade.saw('\r\n\r\n').catch(() => {}), upgrade.closed()]);
  assert.ok(!upgrade.text.startsWith('HTTP/1.1 101'), upgrade.text);
});

onBothFronts('refuses doubled headers also where one of them is empty', async ({ raw }) => {
  for (const name of ['mcp-name', 'mcp-method', 'mcp-session-id', 'origin', 'mcp-param-region']) {
    const own = echo.headers[name] ?? 'x';
    const { [name]: _, ...others } = echo.headers;
    const bytes = `POST /mcp HTTP/1.1\r\n${lines(others)}${name}:\r\n${name}: ${own}\r\ncontent-length: ${length}\r\n\r\n${echo.body}`;
    assert.ok((await raw(bytes).answer()).status >= 400, name);
  }
});

onBothFronts('takes no name for its own but those that it was given', async ({ ask }) => {
  const hosts = [
    ...['localhost.', 'LOCALHOST.evil.example', 'localhost:80:80', 'localhost@evil.example'],
    ...[
      '127.0.0.1.evil.example',
      '127.1',
      '2130706433',
      '0.0.0.0',
      '[::1%25lo]',
      '[::ffff:127.0.0.1]',
    ],
    ...['evil.example:7332', 'localhost/mcp', 'localhost#x', ''],
  ];
  for (const host of hosts) {
    const answer = await ask('POST', '/mcp', { ...echo.headers, host }, echo.body).catch(
      () => null,
    );
    assert.ok(answer === null || answer.status >= 400, `${host} is ${answer?.status}`);
  }
  for (const origin of [
    'null',
    'file://',
    'http://localhost.evil.example',
    'http://x@localhost',
    'HTTP://EVIL',
  ]) {
    const answer = await ask('POST', '/mcp', { ...echo.headers, origin }, echo.body);
    assert.equal(answer.status, 403, origin);
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
  }
});

onBothFronts(
  'does not open a session for an id of the client, and finds none by guessing',
  async ({ ask }) => {
    const chosen = { ...JSON_POST, 'mcp-session-id': 'fixed-by-the-attacker' };
    const opened = await ask('POST', '/mcp', chosen, INITIALIZE);
    assert.notEqual(opened.headers['mcp-session-id'], 'fixed-by-the-attacker');
    const list = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
    for (const id of ['fixed-by-the-attacker', '__proto__', 'constructor', 'x'.repeat(2000)]) {
      const answer = await ask('POST', '/mcp', { ...JSON_POST, 'mcp-session-id': id }, list);
      assert.equal(answer.status, 404, id.slice(0, 40));
    }
  },
);
