/**
 * Lines that many calls would say: the first is written at once, what repeats it is counted and said again with the count.
 *
 * A line is the same where its words and its source are. Sources are bounded: beyond that all others of the same words are one.
 */

import type { Logger } from './log.ts';

const INTERVAL_MS = 10_000;
const SOURCES_MAX = 1_000;

type Level = 'info' | 'warn' | 'error';

interface Heard {
  readonly level: Level;
  readonly words: string;
  /** Of the last one. */
  fields: object;
  repeated: number;
}

export class Repeats {
  /** Lines that were left out, in all. */
  left = 0;
  readonly #log: Logger;
  #heard = new Map<string, Heard>();
  #timer: NodeJS.Timeout | null = null;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** `source`: who or what it is about; what differs beside that is in `fields`. */
  say(level: Level, source: string, fields: object, words: string): void {
    const key = `${words}\0${this.#heard.size < SOURCES_MAX ? source : ''}`;
    const heard = this.#heard.get(`${words}\0${source}`) ?? this.#heard.get(key);
    if (heard !== undefined) {
      heard.fields = fields;
      heard.repeated += 1;
      this.left += 1;
      return;
    }
    this.#log[level](fields, words);
    this.#heard.set(key, { level, words, fields, repeated: 0 });
    this.#timer ??= setTimeout(() => this.flush(), INTERVAL_MS).unref();
  }

  /** Says what was left out, and listens anew. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const all = this.#heard;
    this.#heard = new Map();
    for (const { level, words, fields, repeated } of all.values()) {
      if (repeated > 0) this.#log[level]({ ...fields, repeated }, words);
    }
  }
}

const all = new WeakMap<Logger, Repeats>();

/** One for each log, whoever writes there. */
export function repeatsOf(log: Logger): Repeats {
  let repeats = all.get(log);
  if (repeats === undefined) {
    repeats = new Repeats(log);
    all.set(log, repeats);
  }
  return repeats;
}
