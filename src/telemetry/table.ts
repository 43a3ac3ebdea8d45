/**
 * Every metric there is. docs/metrics.md is written from this table, and the dashboard and the alert rules in
 * examples/observability may name nothing else (test/telemetry/observability.test.ts).
 *
 * A name says what is counted and in which unit, without `_total`, which /metrics adds to counters.
 */

import type { Metric } from './registry.ts';

/** From what the gateway alone takes to what a slow tool takes. */
const SECONDS = [
  0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
  0.5, 1, 2.5, 5, 10, 30, 60,
];
/** Pauses of the process: below 5 ms nobody notices, above a second somebody is told. */
const PAUSES = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

const counter = (help: string, labels: readonly string[] = [], open?: string): Metric =>
  open === undefined ? { type: 'counter', help, labels } : { type: 'counter', help, labels, open };
const gauge = (help: string, labels: readonly string[] = []): Metric => ({
  type: 'gauge',
  help,
  labels,
});
const histogram = (
  help: string,
  labels: readonly string[],
  bounds: readonly number[],
  open?: string,
): Metric => ({ type: 'histogram', help, labels, bounds, ...(open === undefined ? {} : { open }) });

export const METRICS = {
  // === calls ===
  sluice_requests: counter(
    'Requests of clients that have ended, whatever became of them.',
    ['method', 'era', 'outcome'],
    'method',
  ),
  sluice_calls: counter(
    'Requests that concern one thing of one server: tool calls, prompts, reads.',
    ['server', 'tool', 'outcome'],
    'tool',
  ),
  sluice_refusals: counter(
    'Requests that the gateway refused, by the code of docs/errors.md; server is empty where none was found yet.',
    ['code', 'server'],
    'server',
  ),
  sluice_call_duration_seconds: histogram(
    'From the arrival of a call to its answer.',
    ['server', 'outcome'],
    SECONDS,
    'server',
  ),
  sluice_stage_duration_seconds: histogram(
    'Where the time of calls goes: decide (access, limits, schema, inspection, approval), wait (for a link), server, answer (inspection of what came back).',
    ['stage', 'server', 'outcome'],
    SECONDS,
    'server',
  ),
  sluice_call_bytes: counter(
    'Bytes of calls and of their answers, as JSON.',
    ['server', 'direction'],
    'server',
  ),
  sluice_slow_calls: counter(
    'Calls that took longer than telemetry.slowCallMs.',
    ['server'],
    'server',
  ),
  sluice_calls_in_flight: gauge('Requests without an answer yet.'),
  sluice_calls_parked: gauge('Calls that wait for a retry with the answer to a question.'),

  // === servers ===
  sluice_server_up: gauge('1 where calls can go, 0 where they cannot.', ['server']),
  sluice_server_links: gauge('Processes, or connections to a remote server.', ['server', 'kind']),
  sluice_server_in_flight: gauge('Requests that the server has not answered yet.', ['server']),
  sluice_server_queued: gauge('Calls that wait for a link.', ['server']),
  sluice_server_crash_loop: gauge('1 while it fails again and again.', ['server']),
  sluice_server_restarts: counter('Links opened in place of others that had ended.', ['server']),
  sluice_server_hangs: counter('Links replaced because they did not answer.', ['server']),
  sluice_server_strays: counter('Messages that were too late, unknown, invalid or unexpected.', [
    'server',
    'kind',
  ]),
  sluice_server_tools: gauge('Tools that it lists and that are shown.', ['server']),
  sluice_server_withdrawn: gauge('What it lists and nobody is shown.', ['server']),
  sluice_retries: counter('Calls made again, or not because the budget was spent.', [
    'server',
    'result',
  ]),
  sluice_breaker_open: gauge(
    "1 for a breaker that is not closed; tool is empty for the server's own.",
    ['server', 'tool', 'state'],
  ),
  sluice_breaker_refusals: counter('Calls refused by a breaker.', ['server']),
  sluice_cache_lookups: counter('Calls of tools whose results are kept.', ['server', 'result']),
  sluice_cache_bytes: gauge('Results that are kept.'),

  // === what protects ===
  sluice_findings: counter(
    'What inspection found in calls.',
    ['class', 'direction', 'action'],
    'class',
  ),
  sluice_approvals: counter('Calls that somebody was to approve, by what came of it.', [
    'by',
    'outcome',
  ]),
  sluice_approvals_waiting: gauge('Calls that wait for that, or for the retry with the answer.', [
    'by',
  ]),
  sluice_inspection_waiting: gauge('Messages that threads look at or that wait for one.'),
  sluice_inspection_waiting_bytes: gauge('Bytes of these.'),
  sluice_inspection_threads: gauge('Threads of inspection that run.'),
  sluice_inspection_unready: gauge(
    'Expressions that are yet to be compiled and messages that are yet to be rehearsed, between the first messages: these take longer until there are none (some 20 s after the rules were first needed, if 16 messages came by then).',
  ),
  sluice_validation_waiting: gauge('Schemas and arguments that wait for their thread.'),
  sluice_limit_hits: counter('Calls over a limit; in mode observe they were let through.', [
    'limit',
    'mode',
  ]),
  sluice_limit_running: gauge('Keys of limits with calls in flight.'),

  // === clients ===
  sluice_sessions: gauge('Legacy sessions that are open.'),
  sluice_session_changes: counter('Sessions begun and ended.', ['what']),
  sluice_streams: gauge('Streams that stand open and wait for changes.'),
  sluice_connections: gauge('HTTP requests that have no complete answer yet, streams included.'),
  sluice_body_bytes: gauge('Bytes of request bodies that are held.'),

  // === evidence ===
  sluice_audit_records: counter(
    'Records that the audit took, wrote, has surely on disk, lost or refused calls for.',
    ['result'],
  ),
  sluice_audit_behind: gauge('Records taken and not surely on disk yet.'),
  sluice_audit_waiting_bytes: gauge('Bytes that wait to be written.'),
  sluice_audit_buffer_bytes: gauge('How many may.'),
  sluice_audit_failures: counter('Writes of the audit that failed.'),
  sluice_audit_sink_records: counter('Records that a sink of the audit has taken.', ['sink']),
  sluice_audit_sink_failures: counter('Attempts that it did not take.', ['sink']),
  sluice_audit_sink_skipped: counter(
    'Segments of the audit that it never gets, because it was too far behind or they cannot be read.',
    ['sink'],
  ),
  sluice_audit_sink_no_records: counter(
    'Lines of the audit that are no records, and that it is not sent.',
    ['sink'],
  ),
  sluice_audit_sink_set_aside: counter(
    'Records that it refuses (400, 413 or 422) while it takes others, and that it is not given again.',
    ['sink'],
  ),
  sluice_audit_sink_behind_bytes: gauge(
    'Bytes of the audit, as they lie on disk, that it has not got yet.',
    ['sink'],
  ),
  sluice_log_repeats: counter('Lines left out of the log because they said the same again.'),
  sluice_spans: counter(
    'Spans sent, rejected by the collector, failed to be sent, or dropped because too many waited.',
    ['result'],
  ),
  sluice_spans_waiting: gauge('Spans that are not sent yet.'),
  sluice_config_loads: counter('Changed configurations that were taken, or not.', ['result']),
  sluice_config_loaded_timestamp_seconds: gauge('When the configuration in force was taken.'),

  // === the process ===
  sluice_build_info: gauge('1.', ['version', 'node']),
  sluice_event_loop_delay_seconds: histogram(
    'How much later than asked the loop came by, looked at every 20 ms.',
    [],
    PAUSES,
  ),
  sluice_event_loop_busy_seconds: counter('Time in which the loop did something.'),
  sluice_gc_pause_seconds: histogram('Pauses of the garbage collector.', ['kind'], PAUSES),
  sluice_heap_bytes: gauge('Heap of the main thread.', ['what']),
  sluice_external_bytes: gauge('Memory of buffers outside the heap.'),
  process_resident_memory_bytes: gauge('Resident memory.'),
  process_cpu_seconds: counter('Processor time of all threads.'),
  process_start_time_seconds: gauge('When the process began.'),
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
