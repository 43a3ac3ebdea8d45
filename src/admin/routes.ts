/**
 * The routes of the admin API: the one table.
 */

import { z } from 'zod';
import type { OperatedServer, OperatedTool } from '../gateway/gateway.ts';
import { type Stop, stopFault, withoutStop, withStop } from '../policy/policy.ts';
import { VERSION } from '../protocol/identity.ts';
import * as answers from './answers.ts';
import type { AdminHouse } from './contract.ts';
import { type Fault, fault } from './fault.ts';
import { openApiDocument } from './openapi.ts';
import { type Asked, type Route, route } from './route.ts';

const PAGE_MAX = 200;
const page = z.strictObject({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(100),
});

type Params = Pick<Asked<unknown, unknown>, 'params'>;

const iso = (at: number) => new Date(at).toISOString();

// === servers ===

const NO_SERVER = fault('not_found', 'There is no such server.');

/** What is withdrawn is the servers' own words, and told with the tools. */
function shown(server: OperatedServer | undefined): object {
  return server === undefined ? NO_SERVER : { ...server, withdrawn: server.withdrawn.length };
}

/** Does something to a server and answers how it is then. */
function change(act: (house: AdminHouse, name: string) => Promise<void> | void) {
  return async (house: AdminHouse, { params: { server = '' } }: Params) => {
    if (!house.gateway.operator.hasServer(server)) return NO_SERVER;
    await act(house, server);
    return shown(house.gateway.operator.server(server));
  };
}

const servers: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/servers',
    id: 'listServers',
    summary: 'How every server is.',
    needs: 'see',
    answer: answers.serversAnswer,
    handle: ({ gateway }) => ({ servers: gateway.operator.servers().map(shown) }),
  }),
  route({
    method: 'GET',
    path: '/api/servers/{server}',
    id: 'getServer',
    summary: 'How one server is.',
    needs: 'see',
    answer: answers.serverAnswer,
    handle: ({ gateway }, { params }) => shown(gateway.operator.server(params.server ?? '')),
  }),
  route({
    method: 'POST',
    path: '/api/servers/{server}/restart',
    id: 'restartServer',
    summary:
      'Opens new processes or connections, then ends the old ones with their last call. With `pool.max: 1` the old one ' +
      'ends first.',
    needs: 'operate',
    answer: answers.serverAnswer,
    handle: change(({ gateway }, name) => gateway.operator.restart(name)),
  }),
  route({
    method: 'POST',
    path: '/api/servers/{server}/drain',
    id: 'drainServer',
    summary:
      'Refuses new calls (`stopped`) and lets those in flight finish; the server stays listed.',
    needs: 'operate',
    answer: answers.serverAnswer,
    handle: change(({ gateway }, name) => gateway.operator.drain(name)),
  }),
  route({
    method: 'POST',
    path: '/api/servers/{server}/disable',
    id: 'disableServer',
    summary:
      'Takes the server out of every list and route; it ends with its last call. Until it is enabled, or the gateway ends.',
    needs: 'operate',
    answer: answers.serverAnswer,
    handle: change(({ gateway }, name) => gateway.operator.disable(name)),
  }),
  route({
    method: 'POST',
    path: '/api/servers/{server}/enable',
    id: 'enableServer',
    summary: 'Takes back drain and disable, those of the configuration too.',
    needs: 'operate',
    answer: answers.serverAnswer,
    handle: change(({ gateway }, name) => gateway.operator.enable(name)),
  }),
];

// === tools ===

const NO_TOOL = fault('not_found', 'That server lists no such tool.');

function toolOf({ gateway }: AdminHouse, { params }: Params): OperatedTool | Fault {
  return gateway.operator.tool(params.server ?? '', params.tool ?? '') ?? NO_TOOL;
}

const NOT_APPROVED = {
  unknown: NO_TOOL,
  off: fault('conflict', 'Inspection is off, and nothing is held against a lock file.'),
  changed: fault('conflict', 'The definition is not the one of that SHA-256; look at it again.'),
  blocked: fault('conflict', 'Inspection blocks the definition; see inspect.suppress.'),
} as const;

const tools: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/servers/{server}/tools',
    id: 'listTools',
    summary:
      'Tools of a server, those that nobody is shown among them, and how they stand to the lock file.',
    needs: 'see',
    query: page,
    answer: answers.toolsAnswer,
    handle: ({ gateway }, { params: { server = '' }, query: { offset, limit } }) =>
      gateway.operator.hasServer(server)
        ? gateway.operator.tools(server, offset, limit)
        : NO_SERVER,
  }),
  route({
    method: 'GET',
    path: '/api/servers/{server}/tools/{tool}',
    id: 'getTool',
    summary: 'One tool with its definition.',
    needs: 'see',
    answer: answers.toolAnswer,
    handle: toolOf,
  }),
  route({
    method: 'POST',
    path: '/api/servers/{server}/tools/{tool}/approve',
    id: 'approveTool',
    summary: 'Takes the definition into the lock file, which is made where there is none.',
    needs: 'administer',
    body: answers.approveBody,
    answer: answers.toolAnswer,
    async handle(house, asked) {
      const { server = '', tool = '' } = asked.params;
      const why = await house.gateway.operator.approve(server, tool, asked.body.sha256);
      return why === null ? toolOf(house, asked) : NOT_APPROVED[why];
    },
  }),
];

// === callers, sessions, limits ===

const callers: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/callers',
    id: 'listCallers',
    summary: 'Who has a session or a call in flight.',
    needs: 'see',
    answer: answers.callersAnswer,
    handle: async ({ gateway }) => ({ callers: await gateway.operator.callers() }),
  }),
  route({
    method: 'DELETE',
    path: '/api/callers/{caller}',
    id: 'endCaller',
    summary:
      'Ends sessions, streams and calls of a caller, who may come again: to keep it out, stop or revoke it.',
    needs: 'operate',
    answer: answers.endedAnswer,
    async handle(house, { params: { caller = '' } }) {
      const here = await house.gateway.operator.callers();
      const known = here.find(({ id }) => id === caller);
      if (known === undefined) return fault('not_found', 'Nobody of this id is here.');
      house.endCaller(caller);
      return { ended: known.sessions };
    },
  }),
  route({
    method: 'GET',
    path: '/api/callers/{caller}/limits',
    id: 'getCallerLimits',
    summary: 'How limits that count by the caller stand for one that is here.',
    needs: 'see',
    answer: answers.callerLimitsAnswer,
    handle({ gateway }, { params: { caller = '' } }) {
      const limits = gateway.operator.limitsFor(caller);
      if (limits === undefined) return fault('not_found', 'Nobody of this id is here.');
      const dated = limits.map(({ quota, ...limit }) =>
        quota === undefined
          ? limit
          : { ...limit, quota: { ...quota, resetsAt: iso(quota.resetsAt) } },
      );
      return { limits: dated };
    },
  }),
  route({
    method: 'GET',
    path: '/api/sessions',
    id: 'listSessions',
    summary:
      'Sessions of clients that speak 2025-11-25 or older, in the order in which they began.',
    needs: 'see',
    query: page,
    answer: answers.sessionsAnswer,
    handle({ gateway }, { query: { offset, limit } }) {
      const { total, sessions } = gateway.operator.sessions(offset, limit);
      const dated = sessions.map((session) => {
        return { ...session, openedAt: iso(session.openedAt), usedAt: iso(session.usedAt) };
      });
      return { total, sessions: dated };
    },
  }),
  route({
    method: 'DELETE',
    path: '/api/sessions/{session}',
    id: 'endSession',
    summary: 'Ends a session, by its handle, with what is in flight in it.',
    needs: 'operate',
    answer: answers.endedAnswer,
    handle: async ({ gateway }, { params: { session = '' } }) =>
      (await gateway.operator.endSession(session))
        ? { ended: 1 }
        : fault('not_found', 'There is no such session.'),
  }),
  route({
    method: 'GET',
    path: '/api/limits',
    id: 'listLimits',
    summary: 'Every limit, and how many calls it has refused.',
    needs: 'see',
    answer: answers.limitsAnswer,
    handle: ({ gateway }) => ({ limits: gateway.operator.limits() }),
  }),
];

// === the emergency stop ===

function writeStops({ stops }: AdminHouse, next: readonly Stop[]): object {
  try {
    stops.write(next);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return fault('unavailable', `The stop file cannot be written (${code}).`);
  }
  return { stopped: stops.stopped };
}

const stopRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/stops',
    id: 'listStops',
    summary: 'What the emergency stop has stopped.',
    needs: 'see',
    answer: answers.stopsAnswer,
    handle: ({ stops }) => ({ stopped: stops.stopped }),
  }),
  route({
    method: 'POST',
    path: '/api/stops',
    id: 'stop',
    summary: 'Stops everything, or one server, tool, caller or tenant, as `sluice stop` does.',
    needs: 'operate',
    body: answers.stopBody,
    answer: answers.stopsAnswer,
    handle(house, { body: { kind, name } }) {
      const why = stopFault(kind, name, house.gateway.config.servers);
      if (why !== undefined) return fault('bad_request', why);
      const since = new Date().toISOString();
      return writeStops(house, withStop(house.stops.stopped, { kind, name, since }));
    },
  }),
  route({
    method: 'DELETE',
    path: '/api/stops',
    id: 'resume',
    summary: 'Lets go on what was stopped.',
    needs: 'operate',
    query: answers.stopBody,
    answer: answers.stopsAnswer,
    handle(house, { query: { kind, name } }) {
      const { stopped } = house.stops;
      const next = withoutStop(stopped, kind, name);
      if (next.length === stopped.length) return fault('not_found', 'That was not stopped.');
      return writeStops(house, next);
    },
  }),
];

// === configuration ===

const configuration: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/config',
    id: 'getConfig',
    summary: 'The configuration in force, without its secrets.',
    needs: 'investigate',
    answer: answers.configAnswer,
    handle: (house) => house.configuration.current(),
  }),
  route({
    method: 'GET',
    path: '/api/config/diff',
    id: 'diffConfig',
    summary:
      'What a reload would change: the file as it is now against the configuration in force.',
    needs: 'investigate',
    answer: answers.differenceAnswer,
    handle: (house) => house.configuration.difference(),
  }),
  route({
    method: 'POST',
    path: '/api/config/reload',
    id: 'reloadConfig',
    summary: 'Loads the file again, as SIGHUP does. A file with a fault changes nothing.',
    needs: 'administer',
    answer: answers.reloadAnswer,
    handle: (house) => house.configuration.reload(),
  }),
];

// === the gateway ===

const STARTED_AT = Date.now() - process.uptime() * 1000;

const gatewayRoutes: readonly Route[] = [
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
        stopped: stops.stopped.length,
        ...gateway.operator.counts,
      };
    },
  }),
];

const measurements: readonly Route[] = [
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
    handle: ({ measured }) => ({ latency: measured.latency() }),
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

let document: object | undefined;

const openApi = route({
  method: 'GET',
  path: '/api/openapi.json',
  id: 'getOpenApi',
  summary: 'This document.',
  needs: 'see',
  answer: z.record(z.string(), z.unknown()),
  handle() {
    document ??= openApiDocument(ROUTES);
    return document;
  },
});

export const ROUTES: readonly Route[] = [
  ...gatewayRoutes,
  ...servers,
  ...tools,
  ...callers,
  ...stopRoutes,
  ...configuration,
  ...measurements,
  openApi,
];
