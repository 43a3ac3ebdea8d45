/**
 * A classifier of the operator's own, asked over HTTP about what our rules let pass.
 *
 * It sees what a client or server is about to see, with what was redacted gone. It goes to the one URL of the
 * configuration: nothing of a message chooses where, no redirect is followed. Bounded in what is sent, in how much is
 * asked at once and how much waits, in time, and in what is read of an answer; one that fails again and again is left
 * alone for a while. What comes of a failure is the operator's choice, and recorded either way.
 */

import type { Agent } from 'undici';
import type { InspectConfig } from './config.ts';
import type { About } from './look.ts';
import type { FindingClass } from './rule.ts';

export type ClassifierConfig = NonNullable<InspectConfig['classifier']>;

/** `block` and `flag` say of which class, under which name. */
export type Judgement =
  | { readonly verdict: 'pass' | 'failed' }
  | { readonly verdict: 'block' | 'flag'; readonly class: FindingClass; readonly rule: string };

/** A judgement is a line or two. */
const ANSWER_BYTES_MAX = 64 * 1024;
/** Messages that wait for their turn, and bytes of theirs: more would be past the deadline when it comes. */
const WAITING_MAX = 1_000;
const WAITING_BYTES_MAX = 64 << 20;
/** So many failures one after the other, and it is not asked for so long. */
const FAILURES_MAX = 8;
const PAUSE_MS = 5_000;
const CLASSES: ReadonlySet<string> = new Set([
  'secret',
  'injection',
  'poisoning',
  'arguments',
  'pii',
]);
const FAILED: Judgement = { verdict: 'failed' };
const PASS: Judgement = { verdict: 'pass' };

export class Classifier {
  readonly #config: ClassifierConfig;
  readonly #directions: ReadonlySet<string>;
  #agent: Agent | null = null;
  #asking = 0;
  #waitingBytes = 0;
  readonly #waiting: (() => void)[] = [];
  #failures = 0;
  #pausedUntil = 0;

  constructor(config: ClassifierConfig) {
    this.#config = config;
    this.#directions = new Set(config.directions);
  }

  get isFailClosed(): boolean {
    return this.#config.fail === 'closed';
  }

  /** Whether it is to be asked about so much of this. What is larger than may be sent is a failure, and no way around. */
  wants({ direction, isBeside }: About, bytes: number): boolean {
    return this.#directions.has(direction) && isBeside !== true && bytes >= this.#config.minBytes;
  }

  /** Never rejects. `content` is JSON. */
  async ask(content: Buffer, { direction, server, tool }: About): Promise<Judgement> {
    const { maxBytes, deadlineMs } = this.#config;
    if (content.length > maxBytes || performance.now() < this.#pausedUntil) return FAILED;
    const signal = AbortSignal.timeout(deadlineMs);
    if (!(await this.#turn(content.length, signal))) return FAILED;
    try {
      const head = JSON.stringify({ version: 1, direction, server, tool });
      const body = Buffer.concat([
        Buffer.from(`${head.slice(0, -1)},"content":`),
        content,
        Buffer.from('}'),
      ]);
      const judgement = judgementIn(await this.#post(body, signal));
      this.#ended(judgement.verdict === 'failed');
      return judgement;
    } catch {
      this.#ended(true);
      return FAILED;
    } finally {
      this.#asking -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** True once there is room; false where too much waits or the time is over first. */
  async #turn(bytes: number, signal: AbortSignal): Promise<boolean> {
    if (this.#asking < this.#config.concurrency) {
      this.#asking += 1;
      return true;
    }
    const isFull = this.#waitingBytes + bytes > WAITING_BYTES_MAX;
    if (isFull || this.#waiting.length >= WAITING_MAX) return false;
    this.#waitingBytes += bytes;
    const isIn = await new Promise<boolean>((resolve) => {
      const enter = () => {
        this.#asking += 1;
        resolve(true);
      };
      this.#waiting.push(enter);
      signal.addEventListener('abort', () => {
        const at = this.#waiting.indexOf(enter);
        if (at < 0) return;
        this.#waiting.splice(at, 1);
        resolve(false);
      });
    });
    this.#waitingBytes -= bytes;
    return isIn;
  }

  async #post(body: Buffer, signal: AbortSignal): Promise<unknown> {
    const { url, headers, concurrency, deadlineMs } = this.#config;
    const { origin, pathname, search } = new URL(url);
    // Loaded where somebody is to be asked, and not before.
    const undici = await import('undici');
    this.#agent ??= new undici.Agent({
      connections: concurrency,
      connect: { timeout: deadlineMs },
      maxResponseSize: ANSWER_BYTES_MAX,
    });
    const response = await this.#agent.request({
      origin,
      path: pathname + search,
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
      body,
      signal,
    });
    if (response.statusCode === 200) return response.body.json();
    await response.body.dump();
    return undefined;
  }

  #ended(hasFailed: boolean): void {
    this.#failures = hasFailed ? this.#failures + 1 : 0;
    if (this.#failures >= FAILURES_MAX) this.#pausedUntil = performance.now() + PAUSE_MS;
  }
}

/** Anything that is not said as documented is a failure: a check that cannot be understood was not made. */
function judgementIn(answer: unknown): Judgement {
  if (typeof answer !== 'object' || answer === null) return FAILED;
  const { verdict, class: kind = 'injection', label = '' } = answer as Record<string, unknown>;
  if (verdict === 'pass') return PASS;
  if (verdict !== 'block' && verdict !== 'flag') return FAILED;
  if (typeof kind !== 'string' || !CLASSES.has(kind)) return FAILED;
  // A label ends up in logs and refusals: a word, or nothing.
  const isWord = typeof label === 'string' && /^[a-z0-9][a-z0-9.-]{0,39}$/.test(label);
  const rule = isWord ? `classifier.${label}` : 'classifier';
  return { verdict, class: kind as FindingClass, rule };
}
