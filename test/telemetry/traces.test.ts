/**
 * Traces, from the client's context over the server's to the collector: the real program between real ones.
 */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LATEST_MODERN, META } from '../../src/protocol/eras.ts';
import {
  fixture,
  type Json,
  RunningGateway,
  recorded,
  recorder,
  until,
} from '../e2e/running-gateway.ts';
import { Puppets } from '../security/puppets.ts';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { StdioClient } from '../support/stdio-client.ts';
import { temporaryFolder } from '../support/temp.ts';
import { attributesOf, Collector, type Span } from './collector.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const SAMPLED = `00-${TRACE}-${SPAN}-01`;
const UNSAMPLED = `00-${TRACE}-${SPAN}-00`;
const OTHER = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;
const SECRET = 'Secret-0f-the-collector';
const ARGUMENT = 'words-of-an-argument';

interface Call {
  readonly params: { readonly _meta?: Json };
  readonly text: string;
}

describe('traces', { timeout: 180_000 }, () => {
  const file = join(temporaryFolder('traces'), 'lines');
  let collector: Collector;
  let puppets: Puppets;
  let gateway: RunningGateway;
  let client: ModernClient;

  before(async () => {
    collector = await Collector.start();
    puppets = await Puppets.start();
    process.env.SLUICE_TEST_OTLP = SECRET;
    const headers = { 'x-token': `\${env:SLUICE_TEST_OTLP}` };
    gateway = await RunningGateway.start({
      servers: {
        rec: recorder(file),
        far: puppets.play('far', { era: 'modern' }),
        old: puppets.play('old', {}),
        all: fixture('legacy'),
      },
      access: {
        default: 'allow',
        rules: [{ id: 'no-images', tools: ['all.test_image_content'], when: 'true' }],
      },
      approvals: { tools: ['all.test_audio_content'] },
      telemetry: {
        log: 'trace',
        otlp: { url: collector.url, headers, sample: 0, service: 'mine' },
      },
    });
    await gateway.settled();
    client = new ModernClient(gateway.url);
  });
  after(async () => {
    await gateway?.stop();
    collector?.stop();
    puppets?.stop();
    assert.deepEqual(collector.faults.map(String), []);
  });

  /** The last call that the recorder got. */
  function lastCall(): Call {
    const text = recorded(file).lines.at(-1)!.toString();
    return { ...(JSON.parse(text) as { params: Call['params'] }), text };
  }

  async function spanBy(name: string): Promise<Span> {
    const found = () => collector.spans.findLast((span) => span.name === name);
    await until(() => found() !== undefined, `a span ${name}`);
    return found()!;
  }

  it('leave a call alone that nobody traces', async () => {
    await client.call('rec__echo', { text: ARGUMENT });
    const { params } = lastCall();
    assert.ok(!Object.keys(params._meta ?? {}).some((key) => /trace|baggage/.test(key)));
  });

  it('continue what HTTP says, in the message to the server', async () => {
    const headers = { traceparent: SAMPLED, tracestate: 'rojo=1', baggage: 'a=b;c' };
    await client.call('rec__echo', { text: ARGUMENT }, { headers });
    const { _meta: meta } = lastCall().params;
    const span = await spanBy('tools/call echo');
    assert.equal(span.traceId, TRACE);
    assert.equal(span.parentSpanId, SPAN);
    assert.equal(span.traceState, 'rojo=1');
    assert.equal(meta?.traceparent, `00-${TRACE}-${span.spanId}-01`);
    assert.deepEqual([meta.tracestate, meta.baggage], ['rojo=1', 'a=b;c']);
    assert.deepEqual(collector.resources.at(-1)?.['service.name'], 'mine');
  });

  it('say what came of it where somebody was to approve the call', async () => {
    await client.call('all__test_audio_content', {}, { headers: { traceparent: SAMPLED } });
    const attributes = attributesOf(await spanBy('tools/call test_audio_content'));
    assert.equal(attributes['sluice.approval'], 'unavailable');
    assert.equal(attributes['error.type'], 'approval_required');
  });

  it('say who called what, how it ended, and when it passed each stage', async () => {
    const span = await spanBy('tools/call echo');
    const attributes = attributesOf(span);
    assert.deepEqual(
      { ...attributes, 'sluice.request.bytes': 0, 'sluice.response.bytes': 0 },
      {
        'mcp.method.name': 'tools/call',
        'mcp.protocol.version': '2026-07-28',
        'jsonrpc.request.id': '2',
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'echo',
        'network.transport': 'tcp',
        'sluice.caller': 'anonymous',
        'sluice.server': 'rec',
        'sluice.outcome': 'ok',
        'sluice.rule': 'access.default',
        'sluice.attempts': 1,
        'sluice.request.bytes': 0,
        'sluice.response.bytes': 0,
      },
    );
    assert.equal(span.kind, 2);
    assert.deepEqual(span.status, {});
    const names = span.events.map(({ name }) => name);
    assert.deepEqual(names, ['sluice.decided', 'sluice.sent', 'sluice.answered']);
    const times = [span.startTimeUnixNano, ...span.events.map((event) => event.timeUnixNano)];
    const all = [...times, span.endTimeUnixNano].map(BigInt);
    for (const [at, time] of all.entries()) assert.ok(at === 0 || time >= all[at - 1]!);
    const ms = Number(all[0]! / 1_000_000n);
    assert.ok(Math.abs(ms - Date.now()) < 600_000);
  });

  it('believe the message over HTTP, which is linked', async () => {
    const options = { headers: { traceparent: OTHER }, meta: { traceparent: SAMPLED, more: 1 } };
    await client.request('tools/call', { name: 'rec__pid', arguments: {} }, options);
    const span = await spanBy('tools/call pid');
    assert.equal(span.traceId, TRACE);
    assert.deepEqual(span.links, [{ traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) }]);
    const { _meta: meta } = lastCall().params;
    assert.equal(meta?.traceparent, `00-${TRACE}-${span.spanId}-01`);
    assert.equal(meta.more, 1);
  });

  it('go on unsampled where the client does not sample, untouched or passed on', async () => {
    const params = { name: 'rec__echo', arguments: { text: 'unsampled' } };
    await client.request('tools/call', params, { meta: { traceparent: UNSAMPLED } });
    assert.equal(lastCall().params._meta?.traceparent, UNSAMPLED);
    await client.request('tools/call', params, { headers: { traceparent: UNSAMPLED } });
    assert.equal(lastCall().params._meta?.traceparent, UNSAMPLED);
    await client.request('tools/call', params, { meta: { traceparent: 'nonsense' } });
    assert.equal(lastCall().params._meta?.traceparent, 'nonsense');
  });

  for (const [path, server] of [
    ['/far', 'far'],
    ['/old', 'old'],
  ] as const) {
    it(`reach a remote server by header and message (${server})`, async () => {
      const traceparent = SAMPLED.replace(/^00-4b/, server === 'far' ? '00-fa' : '00-0d');
      await client.call(`${server}__echo`, {}, { headers: { traceparent, tracestate: 'a=1' } });
      const isCall = (one: (typeof puppets.got)[0]) => {
        return one.path === path && one.body.includes('tools/call');
      };
      const { headers, body } = puppets.got.findLast(isCall)!;
      const { params } = JSON.parse(body) as Call;
      const found = () => {
        return collector.spans.find(({ traceId }) => traceparent.includes(traceId));
      };
      await until(() => found() !== undefined, 'its span');
      const expected = `00-${found()!.traceId}-${found()!.spanId}-01`;
      assert.equal(headers.traceparent, expected);
      assert.equal(headers.tracestate, 'a=1');
      assert.equal(params._meta?.traceparent, expected);
    });
  }

  it('cross from a legacy client to a modern server', async () => {
    const traceparent = SAMPLED.replace(/^00-4b/, '00-1e');
    const legacy = await LegacyClient.open(gateway.url, { headers: { traceparent } });
    await legacy.call('far__echo');
    const { params } = JSON.parse(puppets.got.at(-1)!.body) as Call;
    const found = () =>
      collector.spans.find(({ traceId, name }) => {
        return traceparent.includes(traceId) && name === 'tools/call echo';
      });
    await until(() => found() !== undefined, 'its span');
    assert.equal(params._meta?.traceparent, `00-${found()!.traceId}-${found()!.spanId}-01`);
    const { 'mcp.session.id': session } = attributesOf(found()!);
    assert.match(String(session), /^[0-9a-f]{32}$/);
  });

  it('say how a call failed', async () => {
    const headers = { traceparent: SAMPLED };
    await client.call('all__test_error_handling', {}, { headers });
    const failed = await spanBy('tools/call test_error_handling');
    assert.equal(attributesOf(failed)['error.type'], 'tool_error');
    assert.deepEqual(failed.status, { code: 2 });
    await client.call('all__test_image_content', {}, { headers });
    const refused = attributesOf(await spanBy('tools/call test_image_content'));
    assert.equal(refused['sluice.outcome'], 'refused');
    assert.equal(refused['sluice.rule'], 'rules.no-images');
    await client.request('resources/read', { uri: 'test://none' }, { headers });
    const read = attributesOf(await spanBy('resources/read'));
    assert.match(String(read['error.type']), /^-\d+$/);
    assert.equal(read['rpc.response.status_code'], read['error.type']);
  });

  it('are made over stdio as well', async (t) => {
    const config = {
      servers: { all: fixture('legacy') },
      telemetry: { otlp: { url: collector.url, sample: 0 } },
      validate: 'off',
      inspect: 'off',
    };
    const piped = await StdioClient.gateway(config);
    t.after(() => piped.end());
    const _meta = {
      [`${META}protocolVersion`]: LATEST_MODERN,
      [`${META}clientCapabilities`]: {},
      traceparent: SAMPLED,
    };
    const params = { name: 'test_simple_text', arguments: {}, _meta };
    piped.send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
    const attributes = attributesOf(await spanBy('tools/call test_simple_text'));
    assert.equal(attributes['network.transport'], 'pipe');
    assert.equal(attributes['sluice.server'], 'all');
  });

  it('hold no argument, and the collector alone is sent its secret', () => {
    assert.ok(collector.requests.length > 0);
    // Those of the gateway over HTTP: the other has no secret.
    const own = collector.requests.filter(({ body }) => body.includes('"mine"'));
    assert.ok(own.length > 0);
    for (const { headers } of own) assert.equal(headers['x-token'], SECRET);
    for (const { body } of collector.requests) {
      assert.ok(!body.includes(ARGUMENT) && !body.includes(SECRET) && !body.includes('test://'));
    }
    const log = gateway.process.stderr() + gateway.process.stdout();
    assert.ok(!log.includes(SECRET));
    assert.ok(!JSON.stringify(puppets.got).includes(SECRET));
  });
});
