/**
 * What a server says and what a client says passes through byte for byte: numbers as they are written, the order of
 * keys, escapes, blanks and members that nobody knows.
 */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LATEST_MODERN, META } from '../../src/protocol/eras.ts';
import { LegacyClient } from '../support/legacy-client.ts';
import { rawPost } from '../support/raw-http.ts';
import { temporaryFolder } from '../support/temp.ts';
import { RunningGateway, recorded, recorder, script } from './running-gateway.ts';

const SCHEMA =
  '{"zeta":{},"type":"object", "properties":{"b":{"minimum":1.0,"maximum":12345678901234567890},' +
  '"a":{"multipleOf":1e-2,"const":-0.0,"x-unknown":[null,{}]}},"$comment":"caf\\u00e9 \\/ é \\ud83d\\ude42",' +
  '"2":1,"1":2,"required":[]}';
const REST = `"inputSchema":${SCHEMA},"annotations":{"x":1.50},"x-more":{"n":1E5}`;
const RESULT =
  '{"content":[{"type":"text","text":"\\u0041 \\/"}],"structuredContent":{"n":1.0,"m":1e2,"z":0.10,"2":0,"1":9007199254740993}}';

const SERVER = `
const rl = require('readline').createInterface({ input: process.stdin });
const hello = '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"b","version":"1"}}';
rl.on('line', (line) => {
  const { id, method } = JSON.parse(line);
  if (id === undefined) return;
  const result = {
    initialize: hello,
    'tools/list': ${JSON.stringify(`{"tools":[{"name":"exact",${REST}}]}`)},
    'tools/call': ${JSON.stringify(RESULT)},
  }[method];
  if (result === undefined) console.log('{"jsonrpc":"2.0","id":' + id + ',"error":{"code":-32601,"message":"no"}}');
  else console.log('{"jsonrpc":"2.0","id":' + id + ',"result":' + result + '}');
});`;

const META_TEXT = JSON.stringify({
  [`${META}protocolVersion`]: LATEST_MODERN,
  [`${META}clientCapabilities`]: {},
});

const FILE = join(temporaryFolder('bytes'), 'lines');
let gateway: RunningGateway;

before(async () => {
  gateway = await RunningGateway.start({
    servers: { exact: script(SERVER), rec: recorder(FILE) },
  });
  await gateway.settled();
});

after(async () => {
  await gateway?.stop();
});

/** The body of the answer to a modern request, as it came. */
async function modern(url: string, method: string, name: string, members: string): Promise<string> {
  const body = `{"jsonrpc":"2.0","id":"x","method":"${method}","params":{${members}"_meta":${META_TEXT}}}`;
  const named = name === '' ? [] : [['Mcp-Name', name] as const];
  const headers = [
    ['MCP-Protocol-Version', LATEST_MODERN] as const,
    ['Mcp-Method', method] as const,
  ];
  return (await rawPost(url, body, [...headers, ...named])).body;
}

async function legacy(url: string, method: string, members: string): Promise<string> {
  const { sessionId = '' } = await LegacyClient.open(url);
  const body = `{"jsonrpc":"2.0","id":"x","method":"${method}","params":{${members}}}`;
  return (await rawPost(url, body, [['Mcp-Session-Id', sessionId]])).body;
}

describe('bytes', { timeout: 180_000 }, () => {
  it('of a definition reach either era on the route of its server', async () => {
    const url = gateway.route('exact');
    const definition = `{"name":"exact",${REST}}`;
    assert.ok((await modern(url, 'tools/list', '', '')).includes(definition));
    assert.ok((await legacy(url, 'tools/list', '')).includes(definition));
  });

  it('of a definition but for its name reach either era on the route of all', async () => {
    const definition = `{"name":"exact__exact",${REST}}`;
    assert.ok((await modern(gateway.url, 'tools/list', '', '')).includes(definition));
    assert.ok((await legacy(gateway.url, 'tools/list', '')).includes(definition));
  });

  it('of a result reach either era', async () => {
    const inner = RESULT.slice(1);
    const said = await modern(gateway.url, 'tools/call', 'exact__exact', '"name":"exact__exact",');
    assert.ok(said.includes(inner), said);
    const legacySaid = await legacy(gateway.url, 'tools/call', '"name":"exact__exact"');
    assert.ok(legacySaid.includes(`"result":${RESULT}`), legacySaid);
  });

  it('of arguments and unknown params reach the server', async () => {
    const args = '{"z":1.0, "a":1e2,"big":9007199254740992,"2":[ ],"1":"\\u0041\\/é","":{}}';
    const members = `"name":"rec__echo","arguments":${args},"x-unknown":{"n":0.50}`;
    const said = await modern(gateway.url, 'tools/call', 'rec__echo', `${members},`);
    assert.match(said, /"result"/);
    await legacy(gateway.url, 'tools/call', members);
    const calls = recorded(FILE).lines.filter((line) => line.includes('tools/call'));
    assert.equal(calls.length, 2);
    for (const line of calls) {
      const text = line.toString();
      assert.ok(text.includes(`"arguments":${args},"x-unknown":{"n":0.50}`), text);
      assert.ok(text.includes('"name":"echo"'), text);
    }
  });
});
