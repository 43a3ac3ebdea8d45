/**
 * The last calls, in memory, for the operator to look at: a ring that holds so many and forgets the oldest.
 *
 * What was said in a call is kept only where the audit log keeps it whole, and by the same rule: without an audit log nobody
 * has decided that it may be kept. Made at the end of the turn, so that no answer waits for it.
 */

import { Way } from '../audit/audit.ts';
import type { Caller } from '../model.ts';
import { Payloads } from './audit-payloads.ts';
import type { Call } from './call.ts';
import type { Recorder } from './finish.ts';
import { handleOf } from './operator.ts';
import type { GatewayConfig } from './parts.ts';
import type { CacheUse, Outcome } from './trail.ts';

/** Of arguments; the log has them whole. */
const ARGUMENTS_MAX = 2048;
/** Of names that clients make up. */
const NAME_MAX = 256;

export interface RecentCall {
  /** Counts the calls of this process. */
  readonly serial: number;
  readonly at: number;
  readonly method: string;
  readonly caller: string;
  readonly by: Caller['by'];
  readonly tenant: string;
  readonly address: string;
  /** '' for a modern request. */
  readonly session: string;
  readonly route: string;
  readonly server: string;
  /** As the server calls it. */
  readonly tool: string;
  readonly outcome: Outcome;
  /** '' where it was not refused. */
  readonly refusal: string;
  readonly rule: string;
  /** What came of it where somebody was to approve the call; '' where nobody was. */
  readonly approval: string;
  readonly findings: number;
  readonly cache: CacheUse;
  readonly attempts: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly us: number;
  /** '' for none. */
  readonly trace: string;
  /** JSON text, cut; null where it may not be kept, or there are none. */
  readonly arguments: string | null;
}

/** What to look for; what is left out is not asked. */
export interface RecentFilter {
  readonly caller?: string | undefined;
  readonly server?: string | undefined;
  readonly tool?: string | undefined;
  readonly outcome?: string | undefined;
}

export class RecentCalls implements Recorder {
  readonly wantsTimes = true;
  readonly wantsAddress = true;
  readonly #ring: (RecentCall | undefined)[];
  readonly #payloads: Payloads;
  #next = 0;
  #ended: Call[] = [];

  constructor(size: number, audit: GatewayConfig['audit']) {
    this.#ring = Array.from({ length: size });
    this.#payloads = new Payloads(audit);
  }

  configure({ audit }: GatewayConfig): void {
    this.#payloads.configure(audit);
  }

  ended(call: Call): void {
    this.#ended.push(call);
    if (this.#ended.length === 1) setImmediate(this.#keep);
  }

  readonly #keep = (): void => {
    const calls = this.#ended;
    this.#ended = [];
    const now = Date.now();
    for (const call of calls) {
      this.#ring[this.#next] = this.#recent(call, now);
      this.#next = (this.#next + 1) % this.#ring.length;
    }
    this.#payloads.forget();
  };

  #recent(call: Call, now: number): RecentCall {
    const { message, caller, session, route, backend, original, refusal, found, trail } = call;
    this.#payloads.read(call);
    const { args } = this.#payloads;
    return {
      serial: trail.serial,
      at: now,
      method: message.method.slice(0, NAME_MAX),
      caller: caller.id,
      by: caller.by,
      tenant: caller.tenant,
      address: call.address,
      session: session?.id ?? '',
      route: route.path,
      server: backend?.name ?? '',
      tool: original.slice(0, NAME_MAX),
      outcome: trail.outcome(refusal),
      refusal: refusal?.code ?? '',
      rule: trail.rule,
      approval: trail.approval?.outcome ?? '',
      findings: found?.reduce((sum, { findings }) => sum + findings.length, 0) ?? 0,
      cache: trail.cache,
      attempts: trail.attempts,
      bytesIn: message.bytes.length,
      bytesOut: call.answerBytes,
      us: Math.round((trail.finishedAt - trail.arrivedAt) * 1000),
      trace: trail.trace?.traceId ?? '',
      arguments:
        args.way === Way.whole
          ? message.text(args.start, Math.min(args.end, args.start + ARGUMENTS_MAX))
          : null,
    };
  }

  /** The newest first. */
  list(filter: RecentFilter, limit: number): RecentCall[] {
    const found: RecentCall[] = [];
    const size = this.#ring.length;
    for (let back = 1; back <= size && found.length < limit; back++) {
      const call = this.#ring[(this.#next - back + size) % size];
      if (call === undefined) break;
      const isMeant = (['caller', 'server', 'tool', 'outcome'] as const).every(
        (name) => filter[name] === undefined || filter[name] === call[name],
      );
      if (isMeant) found.push({ ...call, session: call.session && handleOf(call.session) });
    }
    return found;
  }
}
