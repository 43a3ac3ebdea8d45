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

/** What is remembered of one session. */
interface Memory {
  /** In milliseconds since the epoch. */
  readonly until: number;
  /** Which answer or reading it was, for whoever is asked to approve what follows. */
  readonly what: string;
}

export class Suspicion {
  /** Sessions in which something was found. */
  readonly #suspect = new Lru<string, Memory>(SESSIONS_MAX);
  /** Sessions that count as having seen secrets. */
  readonly #informed = new Lru<string, Memory>(SESSIONS_MAX);

  /** The end of a call in which something was found. */
  mark(call: Call, now: number): void {
    const { session } = call.route.inspection.config;
    if (session.taint === 'off') return;
    const found = (call.found ?? [])
      .flatMap(({ direction, findings }) => (direction === 'response' ? findings : []))
      .find((one) => session.classes.some((kind) => kind === one.class));
    if (found === undefined) return;
    const what = `${found.class} (${found.rule}) in an answer of ${sourceOf(call)}`;
    this.#suspect.set(keyOf(call), { until: now + session.minutes * MINUTE_MS, what });
  }

  /**
   * A call that is about to be sent: one that reads what holds secrets is remembered, before its answer is there, so that
   * no other overtakes it. Returns why a suspect session may not make this one; undefined where it may, and then the trail
   * says whether somebody must approve it.
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
      const what = `${server}.${original}`.slice(0, WHAT_MAX);
      this.#informed.set(key, { until: now + minutes * MINUTE_MS, what });
    }
    return undefined;
  }

  /** A resource that is about to be read. */
  noteResource(call: Call, server: string, uri: string, now: number): void {
    const { sequence, sensitive, minutes } = call.route.inspection.config.session;
    if (sequence === 'off') return;
    const isNamed = sensitive.some((pattern) => matches(pattern, `${server}.${uri}`));
    if (isNamed || readsSecrets('', null, { uri })) {
      const what = `a resource of ${server}`;
      this.#informed.set(keyOf(call), { until: now + minutes * MINUTE_MS, what });
    }
  }

  #judge(
    call: Call,
    what: 'taint' | 'sequence',
    mode: 'off' | 'flag' | 'approve' | 'refuse',
    memory: Lru<string, Memory>,
    now: number,
  ): Refusal | undefined {
    const known = mode === 'off' ? undefined : memory.get(keyOf(call));
    if (known === undefined || known.until <= now) return undefined;
    const findings = [{ class: 'session', rule: `session.${what}`, path: '' }];
    if (mode === 'refuse') {
      return refuse('content_blocked', WORDS[what], { direction: 'session', findings });
    }
    if (mode === 'approve') {
      const { suspect } = call.trail;
      const why = `${WHY[what]}: ${known.what}`;
      call.trail.suspect = suspect === '' ? why : `${suspect}; ${why}`;
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

const WHY = {
  taint: 'data could leave by this tool, and something was found before (session.taint)',
  sequence: 'this tool sends data out, and what holds secrets was read before (session.sequence)',
};
/** Of names that servers give. */
const WHAT_MAX = 128;

/** URIs may hold secrets. */
function sourceOf({ backend, original, message: { method } }: Call): string {
  const server = backend?.name ?? '';
  return method === 'resources/read' ? server : `${server}.${original}`.slice(0, WHAT_MAX);
}

function canSend({ server, original, hints }: Entry, tools: readonly string[]): boolean {
  if (tools.length === 0) return hints.openWorld;
  return tools.some((pattern) => matches(pattern, `${server}.${original}`));
}

/** Where no tools are named, those that say by their name that they send, unless they say that they reach nobody. */
function sends({ server, original, hints }: Entry, tools: readonly string[]): boolean {
  if (tools.length === 0) return hints.openWorld && sendsOut(original);
  return tools.some((pattern) => matches(pattern, `${server}.${original}`));
}
