/**
 * What is remembered of a session (of a modern client: of its caller) from one call to the next: that something was found
 * in what it was shown, and that it has asked for what holds secrets.
 *
 * For two attacks that no single message shows: an answer that makes the model send data out by the next call, and a
 * secret that is read by one tool and sent out by another. Both are off unless configured. Memory is bounded, whoever
 * calls however often.
 */

import type { Entry } from '../backends/backends.ts';
import { readsSecrets, sendsOut } from '../inspect/inspect.ts';
import { matches } from '../lib/glob.ts';
import { Lru } from '../lib/lru.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import type { Call } from './call.ts';
import { keyOf } from './fragments.ts';

const SESSIONS_MAX = 10_000;
const MINUTE_MS = 60_000;

export class Suspicion {
  /** Until when a session is suspect, in milliseconds since the epoch. */
  readonly #suspect = new Lru<string, number>(SESSIONS_MAX);
  /** Until when a session counts as one that has seen secrets. */
  readonly #informed = new Lru<string, number>(SESSIONS_MAX);

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

  /**
   * A call that is about to be sent: one that reads what holds secrets is remembered, before its answer is there, so that
   * no other overtakes it. Returns why a suspect session may not make this one; undefined where it may.
   */
  refuse(call: Call, entry: Entry, now: number): Refusal | undefined {
    const { taint, sequence, tools, sensitive, minutes } = call.route.inspection.config.session;
    const key = keyOf(call);
    const refusal =
      (canSend(entry, tools) ? this.#judge(call, 'taint', taint, this.#suspect, now) : undefined) ??
      (sequence !== 'off' && sends(entry, tools)
        ? this.#judge(call, 'sequence', sequence, this.#informed, now)
        : undefined);
    if (refusal !== undefined || sequence === 'off') return refusal;
    const { server, original, definition } = entry;
    const isNamed = sensitive.some((pattern) => matches(pattern, `${server}.${original}`));
    if (isNamed || readsSecrets(original, definition, call.args)) {
      this.#informed.set(key, now + minutes * MINUTE_MS);
    }
    return undefined;
  }

  /** A resource that is about to be read. */
  noteResource(call: Call, server: string, uri: string, now: number): void {
    const { sequence, sensitive, minutes } = call.route.inspection.config.session;
    if (sequence === 'off') return;
    const isNamed = sensitive.some((pattern) => matches(pattern, `${server}.${uri}`));
    if (isNamed || readsSecrets('', null, { uri })) {
      this.#informed.set(keyOf(call), now + minutes * MINUTE_MS);
    }
  }

  #judge(
    call: Call,
    what: 'taint' | 'sequence',
    mode: 'off' | 'flag' | 'refuse',
    memory: Lru<string, number>,
    now: number,
  ): Refusal | undefined {
    const until = mode === 'off' ? undefined : memory.get(keyOf(call));
    if (until === undefined || until <= now) return undefined;
    const findings = [{ class: 'session', rule: `session.${what}`, path: '' }];
    if (mode === 'refuse') {
      return refuse('content_blocked', WORDS[what], { direction: 'session', findings });
    }
    call.found ??= [];
    call.found.push({ action: 'flag', direction: 'request', findings });
    return undefined;
  }
}

const WORDS = {
  taint:
    'Something was found in an earlier answer. Until that is some time ago, tools by which data could leave are refused.',
  sequence:
    'What holds secrets was read before. Until that is some time ago, tools that send data out are refused.',
};

function canSend({ server, original, hints }: Entry, tools: readonly string[]): boolean {
  if (tools.length === 0) return hints.openWorld;
  return tools.some((pattern) => matches(pattern, `${server}.${original}`));
}

/** Where no tools are named, those that say by their name that they send, unless they say that they reach nobody. */
function sends({ server, original, hints }: Entry, tools: readonly string[]): boolean {
  if (tools.length === 0) return hints.openWorld && sendsOut(original);
  return tools.some((pattern) => matches(pattern, `${server}.${original}`));
}
