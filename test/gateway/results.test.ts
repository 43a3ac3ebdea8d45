import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { toLegacy, toModern, urlElicitations } from '../../src/gateway/bridge/results.ts';
import { mirrorFault, mirrorHeaders, paramMirrors } from '../../src/protocol/param-mirror.ts';
import { bufferOf } from '../../src/protocol/splice.ts';
import { messageOf } from './in-process.ts';

function reply(body: string) {
  return messageOf(`{"jsonrpc":"2.0","id":5,${body}}`);
}

function modern(body: string, method = 'tools/call', uri = ''): string {
  return bufferOf(toModern(reply(body), '"c"', method, uri)).toString();
}

function legacy(body: string): string {
  return bufferOf(toLegacy(reply(body), '"c"')).toString();
}

describe("a legacy server's answer to a modern client", () => {
  it('says that it is complete, and keeps every other byte', () => {
    assert.equal(
      modern('"result":{"n":1.0,"a":"\\u0041","2":[ ]}'),
      '{"jsonrpc":"2.0","id":"c","result":{"resultType":"complete","n":1.0,"a":"\\u0041","2":[ ]}}',
    );
    assert.equal(
      modern('"result":{}'),
      '{"jsonrpc":"2.0","id":"c","result":{"resultType":"complete"}}',
    );
    assert.equal(
      modern('"result":{ }'),
      '{"jsonrpc":"2.0","id":"c","result":{"resultType":"complete" }}',
    );
  });

  it('may be kept by nobody where it is the content of a resource', () => {
    const { result } = JSON.parse(modern('"result":{"contents":[]}', 'resources/read'));
    assert.deepEqual(result, {
      resultType: 'complete',
      ttlMs: 0,
      cacheScope: 'private',
      contents: [],
    });
  });

  it('is an error of the modern kind where a resource is not found', () => {
    const { error } = JSON.parse(
      modern('"error":{"code":-32002,"message":"gone"}', 'resources/read', 'x://y'),
    );
    assert.deepEqual(error, { code: -32602, message: 'gone', data: { uri: 'x://y' } });
  });

  it('passes other errors on as they are', () => {
    const body = '"error":{"code":-32000,"message":"m","data":{"n":1.0}}';
    assert.equal(modern(body), `{"jsonrpc":"2.0","id":"c",${body}}`);
  });
});

describe("a modern server's answer to a legacy client", () => {
  it('loses what only modern results have, and no other byte', () => {
    assert.equal(
      legacy(
        '"result":{"resultType":"complete","n":1.0, "ttlMs":5,"cacheScope":"public","_meta":{"ttlMs":1}}',
      ),
      '{"jsonrpc":"2.0","id":"c","result":{"n":1.0,"_meta":{"ttlMs":1}}}',
    );
    assert.equal(
      legacy('"result":{"resultType":"complete"}'),
      '{"jsonrpc":"2.0","id":"c","result":{}}',
    );
  });

  it('speaks in words of a capability that is missing', () => {
    const { error } = JSON.parse(
      legacy(
        '"error":{"code":-32021,"message":"m","data":{"requiredCapabilities":{"sampling":{}}}}',
      ),
    );
    assert.equal(error.code, -32602);
    assert.deepEqual(error.data, { requiredCapabilities: { sampling: {} } });
  });

  it('is the same value for any result, but for those members', () => {
    const own = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(own, fc.boolean(), (members, isLast) => {
        // Integers beyond 2^53 are another matter: test/protocol/json-rpc.test.ts.
        fc.pre(!/\d{16}/.test(JSON.stringify(members)));
        const extra = { resultType: 'complete', ttlMs: 1, cacheScope: 'private' };
        const result = isLast ? { ...members, ...extra } : { ...extra, ...members };
        const said = JSON.parse(legacy(`"result":${JSON.stringify(result)}`));
        assert.deepEqual(said.result, JSON.parse(JSON.stringify(members)));
        const back = JSON.parse(modern(`"result":${JSON.stringify(members)}`));
        assert.deepEqual(back.result, {
          resultType: 'complete',
          ...JSON.parse(JSON.stringify(members)),
        });
      }),
    );
  });
});

describe('URLs that a legacy server wants visited first', () => {
  const error = (data: string, code = -32042) =>
    reply(`"error":{"code":${code},"message":"m","data":${data}}`);

  it('are found in its error, and nowhere else', () => {
    assert.deepEqual(urlElicitations(error('{"elicitations":[{"url":"u"}]}')), [{ url: 'u' }]);
    assert.equal(urlElicitations(error('{"elicitations":[{"url":"u"}]}', -32000)), undefined);
    assert.equal(urlElicitations(reply('"result":{}')), undefined);
  });

  it('are none where the error is not as it should be', () => {
    for (const data of [
      '{}',
      'null',
      '[]',
      '{"elicitations":{}}',
      '{"elicitations":[]}',
      '{"elicitations":["text",1]}',
    ]) {
      assert.equal(urlElicitations(error(data)), undefined, data);
    }
  });
});

describe('arguments that are mirrored into headers', () => {
  const schema = {
    type: 'object',
    properties: {
      region: { type: 'string', 'x-mcp-header': 'Region' },
      deep: { type: 'object', properties: { size: { 'x-mcp-header': 'Size' } } },
      bad: { 'x-mcp-header': 'no header: at all' },
    },
  };
  const mirrors = paramMirrors(schema);

  it('are found through nested properties, under valid header names only', () => {
    assert.deepEqual(mirrors, [
      { path: ['region'], header: 'mcp-param-region' },
      { path: ['deep', 'size'], header: 'mcp-param-size' },
    ]);
    for (const odd of [null, 1, 'x', [], { properties: null }, { properties: { a: null } }]) {
      assert.deepEqual(paramMirrors(odd), []);
    }
  });

  it('agree with the headers that are made from them, whatever they hold', () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.boolean());
    fc.assert(
      fc.property(fc.option(value), fc.option(value), (region, size) => {
        const args = {
          ...(region === null ? {} : { region }),
          deep: size === null ? {} : { size },
        };
        const headers = mirrorHeaders(mirrors, args);
        assert.equal(mirrorFault(mirrors, args, headers), undefined);
        for (let at = 1; at < headers.length; at += 2) assert.match(headers[at]!, /^[\x20-\x7e]*$/);
      }),
    );
  });

  it('are refused where a header is missing, too much, twice or says otherwise', () => {
    const args = { region: 'eu' };
    for (const headers of [
      [],
      ['mcp-param-region', 'us'],
      ['mcp-param-region', 'eu', 'mcp-param-region', 'eu'],
      ['mcp-param-region', 'eu', 'mcp-param-size', '1'],
      ['mcp-param-region', '=?base64?!?='],
    ]) {
      assert.notEqual(mirrorFault(mirrors, args, headers), undefined, headers.join());
    }
    assert.equal(mirrorFault(mirrors, args, ['mcp-param-region', 'eu']), undefined);
    const size = { deep: { size: 42 } };
    assert.equal(mirrorFault(mirrors, size, ['mcp-param-size', '4.2e1']), undefined);
  });
});
