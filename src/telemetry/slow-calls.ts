/**
 * Says which calls took long, and where their time went. Streams that stand are none.
 */

import type { EndedCall } from './metrics.ts';
import type { Counter, Registry } from './registry.ts';
import type { Repeats } from './repeats.ts';
import type { MetricName } from './table.ts';

/** With what the log may say of it. */
type SlowCall = EndedCall & {
  readonly about: {
    readonly server: string | null;
    readonly tool: string;
    readonly method: string;
  };
};

export class SlowCalls {
  readonly wantsTimes = true;
  readonly #ms: number;
  readonly #repeats: Repeats;
  readonly #registry: Registry<MetricName> | null;

  constructor(ms: number, repeats: Repeats, registry: Registry<MetricName> | null) {
    this.#ms = ms;
    this.#repeats = repeats;
    this.#registry = registry;
  }

  ended(call: SlowCall): void {
    const { trail, backend, message } = call;
    const ms = trail.finishedAt - trail.arrivedAt;
    if (ms < this.#ms || backend === null || message.method === 'subscriptions/listen') return;
    this.#counter(backend.name)?.add();
    const { about } = call;
    const outcome = trail.outcome(call.refusal);
    const fields = { ...about, outcome, ms: Math.round(ms), ...stagesOf(trail) };
    const source = [about.server, about.tool, about.method].join('\0');
    this.#repeats.say('warn', source, fields, 'slow call');
  }

  #counter(server: string): Counter | undefined {
    return this.#registry?.counter('sluice_slow_calls', server);
  }
}

function stagesOf({ arrivedAt, decidedAt, sentAt, answeredAt, finishedAt }: SlowCall['trail']) {
  const ms = (from: number, to: number) => Math.round(to - from);
  return {
    decideMs: ms(arrivedAt, decidedAt > 0 ? decidedAt : finishedAt),
    waitMs: sentAt > 0 ? ms(decidedAt, sentAt) : 0,
    serverMs: sentAt > 0 ? ms(sentAt, answeredAt > 0 ? answeredAt : finishedAt) : 0,
  };
}
