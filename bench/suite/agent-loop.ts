/**
 * The traffic of agents, and what of it reaches the server: each connects, lists the tools, and then works in rounds, in
 * which it lists them again now and then, reads the same few things as others, and writes something of its own.
 *
 * The server counts. A relay passes everything on; Sluice answers lists from its catalogue, and calls of read-only tools
 * where the configuration says so (`cache`).
 */

import { freePort } from '../free-port.ts';
import { callRequest, closeSession, credentials, type Headers, openSession } from './control.ts';
import type { Cpus } from './cpus.ts';
import { start } from './deck.ts';
import { median } from './figures.ts';
import { type Backend, counting, type Subject } from './roster.ts';
import type { Settings } from './settings.ts';

const SERVICE_MS = 5;
const AT_ONCE = 8;
const ROUNDS = 6;
/** How many different things the agents read, as files of one project. */
const THINGS = 12;
const CACHED = { '*': { cache: { ttlMs: 60_000, scope: 'public', ifReadOnly: true } } };

export interface AgentLoop {
  readonly subject: string;
  readonly sessions: number;
  /** Requests of the agents, and those of them that reached the server. */
  readonly lists: number;
  readonly listsReached: number;
  readonly calls: number;
  readonly callsReached: number;
  readonly listP50: number;
  readonly callP50: number;
}

/** One row for a relay, two for a Sluice: without and with a cache. */
export async function agentLoop(
  subject: Subject,
  settings: Settings,
  cpus: Cpus,
): Promise<AgentLoop[]> {
  const plain = counting(SERVICE_MS);
  const rows = [await loopOn(subject.name, subject, plain, settings, cpus)];
  if (subject.sluice !== undefined) {
    const cached = { ...plain, tools: CACHED };
    rows.push(await loopOn(`${subject.name}, cache on`, subject, cached, settings, cpus));
  }
  return rows;
}

async function loopOn(
  name: string,
  { program, url: urlOf }: Subject,
  backend: Backend,
  { agentSessions }: Settings,
  cpus: Cpus,
): Promise<AgentLoop> {
  if (program === undefined) throw new Error('not started here');
  const port = await freePort();
  const url = urlOf(port);
  const player = await start({ name, url }, program(port, backend), 'legacy', cpus);
  try {
    const before = await countsOf(url);
    const seen: Seen = { lists: [], calls: [] };
    let next = 0;
    const worker = async () => {
      while (next < agentSessions) await agent(url, next++, seen);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const after = await countsOf(url);
    const reached = (what: string) => (after[what] ?? 0) - (before[what] ?? 0);
    return {
      subject: name,
      sessions: agentSessions,
      lists: seen.lists.length,
      listsReached: reached('tools/list'),
      calls: seen.calls.length,
      callsReached: reached('call read') + reached('call search') + reached('call note'),
      listP50: median(seen.lists),
      callP50: median(seen.calls),
    };
  } finally {
    await player.stop();
  }
}

/** Microseconds of each request. */
interface Seen {
  readonly lists: number[];
  readonly calls: number[];
}

async function agent(url: string, number: number, { lists, calls }: Seen): Promise<void> {
  const session = await openSession(url);
  let id = 10;
  const call = async (tool: string, args: object) => {
    calls.push(await timed(url, callRequest('legacy', id++, tool, args, session)));
  };
  const list = async () => {
    const { headers } = callRequest('legacy', 0, '', {}, session);
    const body = JSON.stringify({ jsonrpc: '2.0', id: id++, method: 'tools/list', params: {} });
    lists.push(await timed(url, { headers, body }));
  };
  await list();
  for (let round = 0; round < ROUNDS; round++) {
    if (round % 2 === 1) await list();
    // A walk of its own through what all share, the same in every run.
    await call('read', { path: `src/file-${(number * 5 + round) % THINGS}.ts` });
    await call('read', { path: `src/file-${(number + round * 7) % THINGS}.ts` });
    await call('search', { query: `word ${(number + round) % THINGS}` });
    await call('note', { text: `agent ${number}, round ${round}` });
  }
  await closeSession(url, session);
}

async function timed(url: string, { headers, body }: { headers: Headers; body: string }) {
  const started = performance.now();
  await ask(url, headers, body);
  return (performance.now() - started) * 1000;
}

/** The text of the answer; throws unless it is a result. Reads both forms in which relays answer. */
async function ask(url: string, headers: Headers, body: string): Promise<string> {
  const all = { ...headers, ...credentials(url) };
  const response = await fetch(url, { method: 'POST', headers: all, body });
  const text = await response.text();
  if (!text.includes('"result"')) throw new Error(`answered with ${text.slice(0, 200)}`);
  return text;
}

async function countsOf(url: string): Promise<Record<string, number>> {
  const session = await openSession(url);
  const { headers, body } = callRequest('legacy', 3, 'counts', { none: '' }, session);
  const text = await ask(url, headers, body);
  const message = JSON.parse(text.slice(text.indexOf('{'))) as {
    result: { content: { text: string }[] };
  };
  await closeSession(url, session);
  return JSON.parse(message.result.content[0]!.text) as Record<string, number>;
}
