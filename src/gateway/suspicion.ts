/**
 * What is remembered of a session (of a modern client: of its caller) from one call to the next: that something was found
 * in what it was shown, and the ends of the short texts that it has sent.
 *
 * For two attacks that no single message shows: an answer that makes the model send data out by the next call, and a
 * secret that leaves in pieces. Both are off unless configured. Memory is bounded, whoever calls however often.
 */

import type { Entry } from '../backends/backends.ts';
import type { Outcome } from '../inspect/inspect.ts';
import { matches } from '../lib/glob.ts';
import { Lru } from '../lib/lru.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import type { Call } from './call.ts';

const SESSIONS_MAX = 10_000;
/** Of one session: names of parameters, and characters kept of each. */
const NAMES_MAX = 16;
const TAIL_CHARS = 256;
const MINUTE_MS = 60_000;

export class Suspicion {
  /** Until when a session is suspect, in milliseconds since the epoch. */
  readonly #suspect = new Lru<string, number>(SESSIONS_MAX);
  readonly #tails = new Lru<string, Map<string, string>>(SESSIONS_MAX);

  /** The end of a call in which something was found. */
  mark(call: Call, now: number): void {
    const { session } = call.route.inspection.config;
    if (session.taint === 'off') return;
    const counts = (call.found ?? []).some(
      ({ direction, findings }) =>
        direction === 'response' &&
        findings.some((one) => session.classes.some((kind) => kind === one.class)),
    );
    if (counts) this.#suspect.set(keyOf(call), now + session.minutes * MINUTE_MS);
  }

  /** Why a suspect session may not call this tool, by which data could leave; undefined where it may. */
  refuse(call: Call, entry: Entry, now: number): Refusal | undefined {
    const { session } = call.route.inspection.config;
    if (session.taint === 'off' || !canSend(entry, session.tools)) return undefined;
    const until = this.#suspect.get(keyOf(call));
    if (until === undefined || until <= now) return undefined;
    const findings = [{ class: 'session', rule: 'session.taint', path: '' }];
    if (session.taint === 'flag') {
      call.found ??= [];
      call.found.push({ action: 'flag', direction: 'request', findings });
      return undefined;
    }
    const words =
      'Something was found in an earlier answer. Until that is some time ago, tools by which data could leave are refused.';
    return refuse('content_blocked', words, { direction: 'session', findings });
  }

  /** What is found in the short texts of this call when they follow those of the calls before. */
  joined(call: Call, entry: Entry): Outcome | undefined | Promise<Outcome | undefined> {
    const { args } = call;
    if (typeof args !== 'object' || args === null) return undefined;
    const key = keyOf(call);
    const tails = this.#tails.get(key) ?? new Map<string, string>();
    const pairs: Record<string, string[]> = Object.create(null);
    for (const [name, value] of Object.entries(args)) {
      if (typeof value !== 'string' || value === '' || value.length > TAIL_CHARS) continue;
      const tail = tails.get(name);
      if (tail !== undefined) pairs[name] = [tail, value];
      tails.delete(name);
      tails.set(name, `${tail ?? ''}${value}`.slice(-TAIL_CHARS));
      if (tails.size > NAMES_MAX) tails.delete(tails.keys().next().value as string);
    }
    this.#tails.set(key, tails);
    if (Object.keys(pairs).length === 0) return undefined;
    const bytes = Buffer.from(JSON.stringify(pairs));
    const { server, original: tool } = entry;
    const about = { direction: 'request', server, tool, definition: null } as const;
    const outcome = call.route.inspection.inspectAlone(bytes, 0, bytes.length, about);
    return outcome instanceof Promise ? outcome.then(onlySecrets) : onlySecrets(outcome);
  }
}

/** Pieces of commands and of prose make others when they are joined; a secret is one or it is not. */
function onlySecrets(outcome: Outcome | undefined): Outcome | undefined {
  const kinds = outcome?.verdict?.findings ?? [];
  return kinds.some((one) => one.class === 'secret' && one.action !== 'flag') ? outcome : undefined;
}

function canSend({ server, original, hints }: Entry, tools: readonly string[]): boolean {
  if (tools.length === 0) return hints.openWorld;
  return tools.some((pattern) => matches(pattern, `${server}.${original}`));
}

function keyOf({ session, caller }: Call): string {
  return session === null ? `caller ${caller.id}` : `session ${session.id}`;
}
