/** The routes that tell how the gateway is and what passed through it; they change nothing. */

import { z } from 'zod';
import { VERSION } from '../../protocol/identity.ts';
import * as answers from '../answers.ts';
import { fault } from '../fault.ts';
import { type Route, route } from '../route.ts';
import { iso } from './page.ts';

const STARTED_AT = Date.now() - process.uptime() * 1000;

export const STATE_ROUTES: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/version',
    id: 'getVersion',
    summary: 'What runs here, and since when.',
    needs: 'see',
    answer: answers.versionAnswer,
    handle: () => ({
      version: VERSION,
      node: process.version,
      startedAt: iso(STARTED_AT),
      uptimeMs: Math.round(process.uptime() * 1000),
      pid: process.pid,
    }),
  }),
  route({
    method: 'GET',
    path: '/api/health',
    id: 'getHealth',
    summary: 'Whether it serves, and what is not as it should be.',
    needs: 'see',
    answer: answers.healthAnswer,
    handle({ gateway, stops }) {
      const { ready, degraded } = gateway.readiness();
      return {
        ready,
        draining: gateway.isDraining,
        degraded,
        audit: gateway.recordFaults(),
        stopped: stops.stopped.length,
        ...gateway.operator.counts,
      };
    },
  }),
];

export const MEASUREMENT_ROUTES: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/calls',
    id: 'listCalls',
    summary: 'The last calls that have ended (`admin.calls`), the newest first.',
    needs: 'investigate',
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(1000).default(50),
      caller: z.string().optional(),
      server: z.string().optional(),
      tool: z.string().optional(),
      outcome: z.string().optional(),
    }),
    answer: answers.callsAnswer,
    handle({ recent }, { query: { limit, ...filter } }) {
      const calls = recent?.list(filter, limit) ?? [];
      return { calls: calls.map((call) => ({ ...call, at: iso(call.at) })) };
    },
  }),
  route({
    method: 'GET',
    path: '/api/latency',
    id: 'listLatency',
    summary:
      'How long calls of each tool took in the last minute, in seconds; the busiest tool first.',
    needs: 'see',
    answer: answers.latencyAnswer,
    handle: async ({ measured }) => ({ latency: await measured.latency() }),
  }),
  route({
    method: 'GET',
    path: '/metrics',
    id: 'getMetrics',
    summary:
      'Metrics in OpenMetrics 1.0, or in the text format of Prometheus: see docs/metrics.md.',
    needs: 'see',
    answer: z.string(),
    contentType: 'application/openmetrics-text',
    handle: ({ measured }, { accept }) =>
      measured.exposition(accept) ?? fault('not_found', 'Metrics are off: telemetry.metrics.'),
  }),
];
