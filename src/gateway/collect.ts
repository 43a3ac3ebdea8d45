/**
 * What the gateway keeps anyway, for whoever asks how it is: put at each scrape, one server at a time.
 */

import { type Backend, NO_PROFILE } from '../backends/backends.ts';
import type { Collector } from '../telemetry/telemetry.ts';
import type { House } from './handle.ts';
import type { Parts } from './parts.ts';
import type { Sessions } from './sessions.ts';

type Put = Parameters<Collector>[0];

export function* collect(
  parts: Parts,
  house: House,
  sessions: Sessions,
  put: Put,
): Generator<undefined> {
  putHouse(parts, house, put);
  put('sluice_sessions', sessions.size);
  for (const backend of parts.backends.values()) {
    if (backend.config.disabled) continue;
    putBackend(backend, put);
    putPolicies(backend, put);
    yield;
  }
}

function putHouse({ inspection }: Parts, house: House, put: Put): void {
  const { calls, parking, listeners, results, limits, validator, approvals } = house;
  put('sluice_calls_in_flight', calls.size);
  put('sluice_calls_parked', parking.size);
  for (const by of ['caller', 'operator'] as const) {
    put('sluice_approvals_waiting', approvals.waitingFor(by), by);
  }
  for (const { by, outcome, count } of approvals.counts)
    put('sluice_approvals', count, by, outcome);
  put('sluice_streams', listeners.size);
  put('sluice_cache_bytes', results.report.bytes);
  put('sluice_validation_waiting', validator.waiting);
  put('sluice_limit_running', limits.running);
  for (const { id, mode, refused } of limits.reports()) put('sluice_limit_hits', refused, id, mode);
  const { waiting, waitingBytes, threads } = inspection.load;
  put('sluice_inspection_waiting', waiting);
  put('sluice_inspection_waiting_bytes', waitingBytes);
  put('sluice_inspection_threads', threads);
  put('sluice_inspection_unready', inspection.unready);
}

function putBackend(backend: Backend, put: Put): void {
  const { name, stats } = backend;
  const { processes, personal, spares } = stats;
  put('sluice_server_up', backend.status === 'ready' ? 1 : 0, name);
  put('sluice_server_links', processes - personal - spares, name, 'shared');
  put('sluice_server_links', personal, name, 'personal');
  put('sluice_server_links', spares, name, 'spare');
  put('sluice_server_in_flight', stats.inFlight, name);
  put('sluice_server_queued', stats.queued, name);
  put('sluice_server_crash_loop', stats.crashLoop ? 1 : 0, name);
  put('sluice_server_restarts', stats.restarts, name);
  put('sluice_server_hangs', stats.hung, name);
  for (const kind of ['late', 'unknown', 'invalid', 'unexpected'] as const) {
    put('sluice_server_strays', stats[kind], name, kind);
  }
  const inventory = backend.inventory(NO_PROFILE);
  put('sluice_server_tools', inventory?.tools.length ?? 0, name);
  put('sluice_server_withdrawn', inventory?.withdrawn.length ?? 0, name);
}

function putPolicies({ name, policies }: Backend, put: Put): void {
  const { retries, retriesWithheld, circuitRefused, hits, misses, joined, stale } =
    policies.counters;
  put('sluice_retries', retries, name, 'made');
  put('sluice_retries', retriesWithheld, name, 'withheld');
  put('sluice_breaker_refusals', circuitRefused, name);
  put('sluice_cache_lookups', hits, name, 'hit');
  put('sluice_cache_lookups', misses, name, 'miss');
  put('sluice_cache_lookups', joined, name, 'joined');
  put('sluice_cache_lookups', stale, name, 'stale');
  for (const { tool, state } of policies.breakers(Date.now())) {
    put('sluice_breaker_open', 1, name, tool, state);
  }
}
