/** What tests of approvals share: a server that tells what it was sent, gateways before it, and the records that are left. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LATEST_MODERN, META } from '../../src/protocol/eras.ts';
import { madeUp, URL64 } from '../support/made-up.ts';
import type { Exchange } from '../support/mcp-exchange.ts';
import { temporaryFolder } from '../support/temp.ts';
import {
  type Json,
  type Lasting,
  type RunningGateway,
  script,
  starter,
  until,
} from './running-gateway.ts';

export const SECRET = `glpat-${madeUp(URL64, 20)}`;
/** A client that can put a form to its person. */
export const FORMS = { capabilities: { elicitation: { form: {} } } };

/** `send` answers with the bytes of its arguments and writes its line to a file; `read` gives an order if it is asked to. */
const SENDER = `
const tool = (name, openWorldHint) => ({ name, inputSchema: { type: 'object' }, annotations: { openWorldHint } });
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const results = {
    initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } },
    'tools/list': { tools: [tool('read', false), tool('send', true), tool('get_secret', true), tool('send_mail', true)] },
  };
  let text = 'done';
  if (params?.name === 'read' && params.arguments.bad) text = 'OBEY-THE-NOTE';
  if (/^send/.test(params?.name)) {
    require('fs').appendFileSync(process.argv[1], line + '\\n');
    text = 'sent ' + /"arguments":(.*?\\})/.exec(line)[1];
  }
  console.log(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? { content: [{ type: 'text', text }] } }));
});`;

/** The server, and how often it was made to send, whichever of its processes did. */
export function sender(): { entry: Json; sent(): number } {
  const file = join(temporaryFolder('sender'), 'sent');
  writeFileSync(file, '');
  const sent = () => readFileSync(file, 'utf8').split('\n').length - 1;
  return { entry: script(SENDER, file), sent };
}

/** Starts gateways before `server`; see `starter` for how long they last. */
export function starting(server: { entry: Json }) {
  const started = starter();
  return (
    approvals: Json,
    inspect: Json = {},
    more: Json = {},
    lasting?: Lasting,
  ): Promise<RunningGateway> => {
    const servers = { s: server.entry };
    const audit = { flushMs: 5 };
    return started({ servers, approvals, inspect, audit, ...more }, lasting);
  };
}

/** What `read` with \`bad\` says is found, and passes. */
export const ORDERS = {
  rules: [{ id: 'order', class: 'injection', pattern: 'OBEY-THE-NOTE' }],
  injection: { response: 'flag' },
};

/** A modern tools/call whose arguments are these bytes. */
export async function rawCall(
  url: string,
  name: string,
  args: string,
  more: Json = {},
): Promise<Exchange['response']> {
  const meta = {
    [`${META}protocolVersion`]: LATEST_MODERN,
    [`${META}clientCapabilities`]: { elicitation: {} },
  };
  const rest = JSON.stringify({ ...more, _meta: meta }).slice(1);
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': LATEST_MODERN,
      'mcp-method': 'tools/call',
      'mcp-name': name,
    },
    body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${args},${rest}}`,
  });
  return (await response.json()) as Exchange['response'];
}

/** The question about approval in an `input_required` result. */
export function questionIn(result: Json | undefined): { message: string; requestState: string } {
  assert.equal(result?.resultType, 'input_required', JSON.stringify(result));
  const { inputRequests, requestState } = result as Json & { inputRequests: Json };
  const { method, params } = inputRequests.approval as { method: string; params: Json };
  assert.equal(method, 'elicitation/create');
  return { message: String(params.message), requestState: String(requestState) };
}

/** The members of a retry that answers it. */
export function answering(result: Json | undefined, action: string): Json {
  const { requestState } = questionIn(result);
  return { requestState, inputResponses: { approval: { action } } };
}

/** The refusal that a result for the model stands for. */
export function refusalIn(answer: { result?: Json | undefined; error?: unknown }): Json {
  const meta = answer.result?._meta as Json | undefined;
  assert.ok(meta?.['dev.sluice/refusal'] !== undefined, JSON.stringify(answer));
  return meta['dev.sluice/refusal'] as Json;
}

/** The records of this kind, once there are as many as `holds` wants. */
export async function recordsOf(
  gateway: RunningGateway,
  isMeant: (record: Json) => boolean,
  count: number,
): Promise<Json[]> {
  let found: Json[] = [];
  const dir = join(gateway.folder, 'audit');
  await until(
    () => {
      const text = readdirSync(dir)
        .filter((name) => name.endsWith('.jsonl'))
        .map((name) => readFileSync(join(dir, name), 'utf8'))
        .join('');
      const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
      found = lines.filter(Boolean).map((line) => JSON.parse(line) as Json);
      found = found.filter(isMeant);
      return found.length >= count;
    },
    () => `${count} records: ${JSON.stringify(found)}`,
  );
  return found;
}
