/**
 * What the admin API answers, as tables for people. Times are shown as how long ago they were.
 */

import type { Json } from './admin-client.ts';
import type { Terminal } from './terminal.ts';

const all = (body: Json, member: string) => (body[member] ?? []) as Json[];
const text = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(text).join(' ');
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return value === undefined || value === null ? '' : String(value);
};

export function fields(terminal: Terminal, body: Json): void {
  for (const [name, value] of Object.entries(body)) {
    terminal.out(`${name.padEnd(10)}  ${terminal.foreign(text(value))}`);
  }
}

export function servers(terminal: Terminal, body: Json): void {
  terminal.table(
    ['SERVER', 'STATUS', 'ERA', 'TOOLS', 'LINKS', 'IN FLIGHT', 'QUEUED', 'CALLS', 'NOTE'],
    all(body, 'servers').map((server) => {
      const load = server.load as Json;
      return [
        text(server.name),
        text(server.status),
        text(server.era),
        text(server.tools),
        text(load.processes),
        text(load.inFlight),
        text(load.queued),
        text((server.calls as Json).calls),
        noteOf(server, load),
      ];
    }),
  );
}

function noteOf(server: Json, load: Json): string {
  const notes = [
    server.drained === true ? 'drained' : '',
    server.switched === true ? 'switched here' : '',
    server.stale === true ? 'shown by old lists' : '',
    load.crashLoop === true ? 'crash loop' : '',
    Number(server.withdrawn) > 0 ? `${text(server.withdrawn)} withdrawn` : '',
    all(server, 'breakers').length > 0 ? 'circuit open' : '',
    text(server.fault),
  ];
  return notes.filter((note) => note !== '').join('; ');
}

export function tools(terminal: Terminal, body: Json): void {
  terminal.table(
    ['TOOL', 'SHOWN', 'LOCK', 'APPROVED', 'SHA-256', 'WHY NOT'],
    all(body, 'tools').map(
      ({ server, tool: name, isShown, lock, approved, sha256, why, isBlocked }) => [
        `${text(server)}.${text(name)}`,
        isShown === true ? 'yes' : isBlocked === true ? 'blocked' : 'no',
        text(lock),
        text(approved),
        text(sha256).slice(0, 12),
        text(why),
      ],
    ),
  );
}

export function tool(terminal: Terminal, body: Json): void {
  const { definition, ...rest } = body;
  fields(terminal, rest);
  terminal.out(terminal.foreign(JSON.stringify(definition, null, 2)));
}

export function callers(terminal: Terminal, body: Json): void {
  terminal.table(
    ['CALLER', 'BY', 'TENANT', 'ROLES', 'SESSIONS', 'IN FLIGHT'],
    all(body, 'callers').map(({ id, by, tenant, roles, sessions: count, inFlight }) =>
      [id, by, tenant, roles, count, inFlight].map(text),
    ),
  );
}

export function sessions(terminal: Terminal, body: Json): void {
  const now = Date.now();
  terminal.table(
    ['SESSION', 'CALLER', 'ROUTE', 'VERSION', 'OPEN FOR', 'USED AGO', 'IN FLIGHT', 'CLIENT'],
    all(body, 'sessions').map((one) => [
      text(one.handle),
      text(one.caller),
      `/mcp/${text(one.route)}`,
      text(one.version),
      ago(one.openedAt, now),
      ago(one.usedAt, now),
      text(one.inFlight),
      text(one.client),
    ]),
  );
}

export function limits(terminal: Terminal, body: Json): void {
  terminal.table(
    ['LIMIT', 'MODE', 'REFUSED'],
    all(body, 'limits').map(({ id, mode, refused }) => [id, mode, refused].map(text)),
  );
}

export function callerLimits(terminal: Terminal, body: Json): void {
  terminal.table(
    ['LIMIT', 'MODE', 'AT ONCE', 'USED OF QUOTA', 'UNTIL', 'RUNNING'],
    all(body, 'limits').map((limit) => {
      const { rate, quota, concurrent } = limit as Record<string, Json | undefined>;
      return [
        text(limit.id),
        text(limit.mode),
        rate === undefined ? '' : `${Math.floor(Number(rate.left))} of ${text(rate.burst)}`,
        quota === undefined ? '' : `${text(quota.used)} of ${text(quota.count)}`,
        text(quota?.resetsAt),
        concurrent === undefined ? '' : `${text(concurrent.running)} of ${text(concurrent.max)}`,
      ];
    }),
  );
}

export function calls(terminal: Terminal, body: Json): void {
  terminal.table(
    ['ENDED', 'CALLER', 'WHAT', 'OUTCOME', 'MS', 'BYTES', 'ARGUMENTS'],
    all(body, 'calls').map((call) => [
      text(call.at).slice(11, 23),
      text(call.caller),
      call.server === '' ? text(call.method) : `${text(call.server)}.${text(call.tool)}`,
      text(call.refusal) || text(call.outcome),
      (Number(call.us) / 1000).toFixed(1),
      text(call.bytesOut),
      text(call.arguments),
    ]),
  );
}

export function approvals(terminal: Terminal, body: Json): void {
  const waiting = all(body, 'approvals');
  if (waiting.length === 0) terminal.out('No call waits.');
  else {
    terminal.table(
      ['ID', 'UNTIL', 'CALLER', 'TOOL', 'WHY', 'BYTES', 'ARGUMENTS'],
      waiting.map((one) => [
        text(one.id),
        text(one.expiresAt).slice(11, 19),
        text(one.caller),
        `${text(one.server)}.${text(one.tool)}`,
        text(one.why),
        text(one.argumentsBytes),
        one.arguments === null ? '(not shown)' : text(one.arguments),
      ]),
    );
  }
}

export function latency(terminal: Terminal, body: Json): void {
  const ms = (seconds: unknown) => (Number(seconds) * 1000).toFixed(1);
  terminal.table(
    ['TOOL', 'CALLS', 'P50 MS', 'P99 MS', 'P99.9 MS', 'MAX MS'],
    all(body, 'latency').map(({ server, tool: name, calls, p50, p99, p999, max }) => [
      `${text(server)}.${text(name)}`,
      text(calls),
      ...[p50, p99, p999, max].map(ms),
    ]),
  );
}

export function stops(terminal: Terminal, body: Json): void {
  const stopped = all(body, 'stopped');
  if (stopped.length === 0) terminal.out('Nothing is stopped.');
  else {
    terminal.table(
      ['STOPPED', 'NAME', 'SINCE'],
      stopped.map(({ kind, name, since }) => [kind, name, since].map(text)),
    );
  }
}

export function difference(terminal: Terminal, body: Json): void {
  const faults = body.faults as string[];
  for (const fault of faults) terminal.out(terminal.foreign(fault));
  if (faults.length > 0) return;
  const changes = all(body, 'changes');
  if (changes.length === 0) terminal.out('A reload would change nothing.');
  for (const { path, kind, before, after } of changes) {
    const sign = kind === 'added' ? '+' : kind === 'removed' ? '-' : '~';
    const was = before === undefined ? '' : ` ${JSON.stringify(before)}`;
    const is = after === undefined ? '' : ` ${JSON.stringify(after)}`;
    const arrow = was !== '' && is !== '' ? ' →' : '';
    terminal.out(terminal.foreign(`${sign} ${text(path)}:${was}${arrow}${is}`));
  }
  for (const [what, names] of Object.entries(body.servers as Record<string, string[]>)) {
    if (names.length > 0) terminal.out(`servers ${what}: ${names.join(', ')}`);
  }
  const nextStart = body.nextStart as string[];
  if (nextStart.length > 0) terminal.out(`at the next start only: ${nextStart.join(', ')}`);
}

export function reloaded(terminal: Terminal, { ok, hash, faults }: Json): void {
  if (ok === true) terminal.out(`loaded ${text(hash)}`);
  else for (const fault of faults as string[]) terminal.out(terminal.foreign(fault));
}

function ago(time: unknown, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(text(time))) / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3600)} h`
    : `${Math.round(seconds / 86_400)} days`;
}
