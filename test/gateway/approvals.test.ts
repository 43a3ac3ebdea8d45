/** Approvals without an edge: where nobody can decide, and what the rules of a route say. */

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { plain } from '../../src/gateway/approve/question.ts';
import { callerNamed } from '../support/caller.ts';
import type { Json } from '../support/mcp-exchange.ts';
import { Answer, answering, gatewayOf, modernMessage, routeOf } from './in-process.ts';

const TOOLS = '{"tools":[{"name":"send","inputSchema":{"type":"object"}}]}';
const SERVER = answering({ 'tools/list': TOOLS, 'tools/call': '{"content":[]}' }, { tools: {} });

const gateway = gatewayOf({
  servers: { s: SERVER, other: SERVER },
  approvals: { tools: ['s.*'], by: 'operator' },
});
after(() => gateway.close(0));

async function call(name: string): Promise<Json> {
  const answer = new Answer();
  const message = modernMessage('tools/call', `"name":"${name}","arguments":{}`);
  gateway.modern(routeOf(gateway), callerNamed('ann'), message, [], answer);
  return (await answer.ended).result as Json;
}

describe('a gateway whose admin API nobody opened', { timeout: 60_000 }, () => {
  it('refuses at once what an operator must approve, and nothing else', async () => {
    await gateway.start();
    assert.match(JSON.stringify(await call('s__send')), /approval_required: .*has no admin API/);
    assert.deepEqual((await call('other__send')).content, []);
  });
});

describe('what is shown to whoever decides', () => {
  it('is written so that nothing in it is unseen, and cut', () => {
    for (const [text, shown] of [
      ['plain "words" é 漢', 'plain "words" é 漢'],
      ['a\nb\r\tc', 'a\\u{a}b\\u{d}\\u{9}c'],
      ['\u202eabc\u2066\u200b\ufeff', '\\u{202e}abc\\u{2066}\\u{200b}\\u{feff}'],
      ['\u{e0041}\ud800', '\\u{e0041}\\u{d800}'],
      ['x'.repeat(40), `${'x'.repeat(30)} … (cut)`],
    ]) {
      assert.equal(plain(text!, 30), shown);
    }
  });
});
