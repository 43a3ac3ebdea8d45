/**
 * What is counted of calls that real servers answer, fail at and never get.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Gateway, Route } from '../../src/gateway/gateway.ts';
import { ANONYMOUS } from '../../src/model.ts';
import { telemetrySchema } from '../../src/telemetry/config.ts';
import { createLog, Telemetry } from '../../src/telemetry/telemetry.ts';
import { Answer, fixture, gatewayOf, modernMessage, routeOf } from '../gateway/in-process.ts';
import { read, type ScrapedFamily, sampleOf } from './scraped.ts';

const SLICES = {
  servers: {
    all: fixture('legacy'),
    late: { ...fixture('slow', 'stdio'), tools: { sleep: { timeoutMs: 200 } } },
    gone: { command: process.execPath, args: ['-e', 'process.exit(1)'] },
  },
  limits: [{ id: 'few', tools: ['all.test_error_handling'], rate: '1/h' }],
  access: { rules: [{ id: 'no-images', tools: ['all.test_image_content'], when: 'true' }] },
};
const SECRET = 'AKIAIOSFODNN7EXAMPLD';

describe('the metrics of a gateway', { timeout: 180_000 }, () => {
  const telemetry = new Telemetry(telemetrySchema.parse({}), createLog({ log: 'silent' }));
  let gateway: Gateway;
  let route: Route;
  let families: Map<string, ScrapedFamily>;

  before(async () => {
    gateway = gatewayOf(SLICES, telemetry.recorders);
    telemetry.collect((put) => gateway.collect(put));
    await gateway.start();
    route = routeOf(gateway);
    await call('"name":"all__test_simple_text"');
    await call('"name":"all__test_simple_text"');
    await call('"name":"all__test_error_handling"');
    await call('"name":"all__test_error_handling"');
    await call('"name":"all__test_image_content"');
    await call(`"name":"all__test_simple_text","arguments":{"text":"${SECRET}"}`);
    await call('"name":"late__sleep","arguments":{"ms":60000}');
    await call('"name":"none"');
    await call('', 'tools/list');
    ({ families } = await scrape());
  });
  after(async () => {
    await gateway.close(0);
    await telemetry.close();
  });

  async function call(params: string, method = 'tools/call'): Promise<void> {
    const answer = new Answer();
    gateway.modern(route, ANONYMOUS, modernMessage(method, params), null, answer);
    await answer.ended;
  }

  function scrape() {
    const exposition = (accept: string) => telemetry.exposition(accept)!;
    return read({ exposition }, 'application/openmetrics-text');
  }

  const one = (name: string, labels: Record<string, string> = {}) =>
    sampleOf(families, name, labels);

  it('counts calls by server, tool and outcome', () => {
    const calls = (server: string, tool: string, outcome: string) =>
      one('sluice_calls_total', { server, tool, outcome });
    assert.equal(calls('all', 'test_simple_text', 'ok'), 2);
    assert.equal(calls('all', 'test_simple_text', 'refused'), 1);
    assert.equal(calls('all', 'test_error_handling', 'tool_error'), 1);
    assert.equal(calls('all', 'test_error_handling', 'refused'), 1);
    assert.equal(calls('late', 'sleep', 'failed'), 1);
  });

  it('counts requests by method, and refusals by code', () => {
    const requests = { method: 'tools/list', era: 'modern', outcome: 'ok' };
    assert.equal(one('sluice_requests_total', requests), 1);
    assert.equal(one('sluice_refusals_total', { code: 'too_many_requests' }), 1);
    // Hidden by a rule, and not there at all.
    assert.equal(one('sluice_refusals_total', { code: 'unknown_tool', server: 'all' }), 1);
    assert.equal(one('sluice_refusals_total', { code: 'unknown_tool', server: '' }), 1);
    assert.equal(one('sluice_refusals_total', { code: 'deadline_exceeded', server: 'late' }), 1);
    assert.equal(one('sluice_refusals_total', { code: 'content_blocked' }), 1);
    assert.equal(one('sluice_limit_hits_total', { limit: 'few' }), 1);
    assert.equal(
      one('sluice_findings_total', { class: 'secret', direction: 'request', action: 'block' }),
      1,
    );
  });

  it('times calls and their stages, which add up', () => {
    const of = { server: 'all', outcome: 'ok' };
    assert.equal(one('sluice_call_duration_seconds_count', of), 2);
    const stages = ['decide', 'wait', 'server', 'answer'].map((stage) => {
      assert.equal(one('sluice_stage_duration_seconds_count', { ...of, stage }), 2);
      return one('sluice_stage_duration_seconds_sum', { ...of, stage });
    });
    const sum = stages.reduce((total, seconds) => total + seconds, 0);
    const whole = one('sluice_call_duration_seconds_sum', of);
    assert.ok(Math.abs(sum - whole) < whole * 0.01 + 1e-6, `${stages} of ${whole}`);
    assert.ok(one('sluice_stage_duration_seconds_sum', { server: 'late', stage: 'server' }) >= 0.2);
  });

  it('says how servers are', () => {
    assert.equal(one('sluice_server_up', { server: 'all' }), 1);
    assert.equal(one('sluice_server_up', { server: 'gone' }), 0);
    assert.ok(one('sluice_server_links', { server: 'all', kind: 'shared' }) >= 1);
    assert.ok(one('sluice_server_tools', { server: 'all' }) > 3);
    assert.equal(one('sluice_server_queued', { server: 'all' }), 0);
  });

  it('says how the process is', () => {
    assert.ok(one('process_resident_memory_bytes') > 1e7);
    assert.ok(one('process_cpu_seconds_total') > 0);
    assert.ok(one('sluice_heap_bytes', { what: 'used' }) > 1e6);
    assert.ok(one('sluice_event_loop_delay_seconds_count') > 0);
    assert.equal(one('sluice_build_info'), 1);
  });

  it('has the percentiles of each tool', async () => {
    const all = await telemetry.latency();
    const own = all.find(({ tool }) => tool === 'sleep');
    assert.equal(own?.calls, 1);
    assert.ok(own.p50 >= 0.19 && own.p50 <= own.p99 && own.p999 <= own.max);
    assert.equal(all.find(({ tool }) => tool === 'test_simple_text')?.calls, 3);
  });

  it('holds no caller, no argument and nothing that was found', async () => {
    const { text } = await scrape();
    for (const word of [SECRET, ANONYMOUS.id]) assert.ok(!text.includes(word), word);
  });
});
