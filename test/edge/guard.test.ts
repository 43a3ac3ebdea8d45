import assert from 'node:assert/strict';
import { call, INITIALIZE, JSON_POST, modern, onBothFronts, request } from './harness.ts';

const { headers: MODERN, body: BODY } = modern('echo');

onBothFronts(
  'serves loopback names on any port, its own name, and the names allowed',
  async ({ ask }) => {
    for (const host of [
      'localhost',
      'LOCALHOST:1',
      '127.0.0.1:7332',
      '[::1]:80',
      'gw.example',
      'gw.example:443',
      'exact.example:8443',
    ]) {
      assert.equal((await ask('POST', '/mcp', { ...MODERN, host }, BODY)).status, 200, host);
    }
  },
  { allowedHosts: ['gw.example', 'exact.example:8443'] },
);

onBothFronts(
  'refuses a Host that is not its own: a page that rebinds its name',
  async ({ ask }) => {
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      'evil.example:7332',
      '0.0.0.0',
      'exact.example',
      '127.0.0.1.evil.example',
      'localhost:x',
    ]) {
      const answer = await ask('POST', '/mcp', { ...MODERN, host }, BODY);
      assert.equal(answer.status, 403, host);
      assert.equal(answer.json.error.data.code, 'bad_host');
    }
  },
  { allowedHosts: ['exact.example:8443'] },
);

onBothFronts(
  'refuses an Origin that is neither loopback nor allowed',
  async ({ ask }) => {
    for (const origin of [
      'https://evil.example',
      'null',
      'http://localhost.evil.example',
      'http://evil@localhost',
      'file://',
      'https://app.example:444',
    ]) {
      const answer = await ask('POST', '/mcp', { ...MODERN, origin }, BODY);
      assert.equal(answer.status, 403, origin);
      assert.equal(answer.json.error.data.code, 'bad_origin');
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
    }
  },
  { allowedOrigins: ['https://app.example'] },
);

onBothFronts(
  'tells an allowed origin what it may read',
  async ({ ask }) => {
    for (const origin of ['https://app.example', 'http://localhost:6274', 'http://127.0.0.1']) {
      const answer = await ask('POST', '/mcp', { ...MODERN, origin }, BODY);
      assert.equal(answer.headers['access-control-allow-origin'], origin);
      assert.equal(answer.headers.vary, 'Origin');
      assert.match(answer.headers['access-control-expose-headers'] ?? '', /Mcp-Session-Id/);
    }
  },
  { allowedOrigins: ['https://app.example'] },
);

onBothFronts('answers a preflight of an allowed origin only', async ({ ask }) => {
  const headers = {
    origin: 'http://localhost:6274',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type, mcp-param-region, x-evil',
  };
  const answer = await ask('OPTIONS', '/mcp', headers);
  assert.equal(answer.status, 204);
  assert.match(
    answer.headers['access-control-allow-headers'] ?? '',
    /Mcp-Session-Id.*mcp-param-region$/,
  );
  assert.match(answer.headers['access-control-allow-methods'] ?? '', /DELETE/);
  assert.equal(
    (await ask('OPTIONS', '/mcp', { ...headers, origin: 'https://evil.example' })).status,
    403,
  );
});

onBothFronts('refuses a body that is not JSON by its type', async ({ ask }) => {
  for (const extra of [
    { 'content-type': 'text/plain' },
    { 'content-type': '' },
    { 'content-encoding': 'gzip' },
  ]) {
    const answer = await ask('POST', '/mcp', { ...MODERN, ...extra }, BODY);
    assert.equal(answer.status, 415);
    assert.equal(answer.json.error.data.code, 'unsupported_media');
  }
  const answer = await ask(
    'POST',
    '/mcp',
    { ...MODERN, 'content-type': 'Application/JSON; charset=utf-8' },
    BODY,
  );
  assert.equal(answer.status, 200);
});

onBothFronts('wants Accept to admit both forms of answer', async ({ ask }) => {
  const good = ['text/event-stream, application/json', '*/*', 'application/*, text/*;q=0.5', ''];
  for (const accept of good) {
    assert.equal((await ask('POST', '/mcp', { ...MODERN, accept }, BODY)).status, 200, accept);
  }
  for (const accept of ['application/json', 'text/event-stream', 'text/html', '*/*;q=0', 'x']) {
    assert.equal((await ask('POST', '/mcp', { ...MODERN, accept }, BODY)).status, 406, accept);
  }
});

onBothFronts('refuses a request that names a single-valued header twice', async ({ raw }) => {
  for (const name of ['Host: localhost', 'Mcp-Method: tools/list', 'Mcp-Session-Id: x']) {
    const text = request('POST', '/mcp', { ...MODERN, 'mcp-session-id': 'y' }, BODY);
    const client = raw(text.replace('\r\n', `\r\n${name}\r\n`));
    const answer = await client.answer();
    assert.equal(answer.status, 400, name);
  }
});

onBothFronts('answers what it does not serve in JSON', async ({ ask }) => {
  for (const path of [
    '/',
    '/mcp/',
    '/mcp/nobody',
    '/mcp/../mcp',
    '//mcp',
    '/mcp/%zz',
    '/mcp/v%2Fops',
    '/mcp/%66iles',
    '/admin',
    '/MCP',
  ]) {
    const answer = await ask('POST', path, JSON_POST, INITIALIZE);
    assert.equal(answer.status, 404, path);
    assert.equal(answer.json.error.data.code, 'unknown_route');
  }
  for (const path of ['/mcp', '/mcp/files', '/mcp/v/ops', '/mcp?x=1']) {
    assert.equal((await ask('POST', path, JSON_POST, INITIALIZE)).status, 200, path);
  }
});

onBothFronts('refuses other methods and says which there are', async ({ ask }) => {
  const answer = await ask('PUT', '/mcp', JSON_POST, '{}');
  assert.equal(answer.status, 405);
  assert.match(answer.headers.allow ?? '', /POST/);
  const modernGet = { accept: 'text/event-stream', 'mcp-protocol-version': '2026-07-28' };
  assert.equal((await ask('GET', '/mcp', modernGet)).status, 405);
  assert.equal((await ask('DELETE', '/mcp', modernGet)).status, 405);
});

onBothFronts('says with the id of the request why it is refused', async ({ ask }) => {
  const cases: [Record<string, string>, string, number, string, unknown][] = [
    [JSON_POST, '{"jsonrpc":"2.0","id":7,', 400, 'parse_error', null],
    [JSON_POST, '{"id":7,"method":"ping"}', 400, 'invalid_request', 7],
    [JSON_POST, '', 400, 'parse_error', null],
    [JSON_POST, call('echo', 'a'), 400, 'session_required', 'a'],
    [{ ...JSON_POST, 'mcp-session-id': 'none' }, call('echo', 'a'), 404, 'unknown_session', 'a'],
    [
      { ...JSON_POST, 'mcp-protocol-version': '1' },
      call('echo', 'a'),
      400,
      'unsupported_version',
      'a',
    ],
    [{ ...MODERN, 'mcp-name': 'other' }, BODY, 400, 'header_mismatch', 1],
    [JSON_POST, '[]', 400, 'session_required', null],
  ];
  for (const [headers, body, status, code, id] of cases) {
    const answer = await ask('POST', '/mcp', headers, body);
    assert.deepEqual(
      [answer.status, answer.json.error.data.code, answer.json.id],
      [status, code, id],
      body,
    );
  }
});

onBothFronts(
  'tells everybody that it lives, and its own clients how its servers are',
  async ({ ask, gateway }) => {
    assert.deepEqual(
      [
        (await ask('GET', '/healthz', { host: '10.0.0.9' })).body,
        (await ask('HEAD', '/healthz')).status,
      ],
      ['ok\n', 200],
    );
    assert.deepEqual((await ask('GET', '/readyz')).json, {
      ready: true,
      degraded: [],
      servers: { files: { state: 'ready' } },
    });
    assert.deepEqual((await ask('GET', '/readyz', { host: '10.0.0.9' })).json, { ready: true });
    gateway.isReady = false;
    assert.equal((await ask('GET', '/readyz')).status, 503);
  },
);
