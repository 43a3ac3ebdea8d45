/**
 * Sends spans to a collector: OTLP over HTTP, as JSON, in batches.
 *
 * Nobody waits for it: a bounded number of spans waits, more are dropped and counted. One batch is under way at a time; what
 * a collector may take later (429, 502, 503, 504, no connection) is sent again with growing pauses, or after as long as
 * it says, and given up after some attempts. What it refuses otherwise is given up at once.
 */

import { randomUUID } from 'node:crypto';
import type { Pool } from 'undici';
import { backoffMs } from '../lib/backoff.ts';
import { NAME, VERSION } from '../protocol/identity.ts';
import type { OtlpConfig } from './config.ts';
import type { Logger } from './log.ts';
import type { Put } from './registry.ts';
import type { MetricName } from './table.ts';

/** As OpenTelemetry's own: 2048 waiting, 512 in a batch, and none is held back for longer than this. */
const WAITING_MAX = 2048;
const BATCH_MAX = 512;
const DELAY_MS = 2_000;
const DEADLINE_MS = 10_000;
const ATTEMPTS_MAX = 5;
const PAUSE_FIRST_MS = 1_000;
const PAUSE_MAX_MS = 30_000;
/** What is still to be sent when the gateway ends. */
const LAST_MS = 2_000;
const ANSWER_BYTES_MAX = 64 * 1024;
/** OTLP: what a client may send again. */
const AGAIN: ReadonlySet<number> = new Set([429, 502, 503, 504]);

interface Answer {
  readonly status: number;
  readonly retryAfterMs: number;
  /** Spans of the batch that the collector did not take. */
  readonly rejected: number;
}

export class Spans {
  readonly #log: Logger;
  readonly #pool: Promise<Pool>;
  readonly #path: string;
  readonly #headers: Readonly<Record<string, string>>;
  /** What stands before and after the spans in each request. */
  readonly #frame: readonly [string, string];
  #waiting: string[] = [];
  #counts = { sent: 0, failed: 0, rejected: 0, dropped: 0 };
  #timer: NodeJS.Timeout | null = null;
  #sending: Promise<void> | null = null;
  /** While one fails, so that the log hears of it once. */
  #isFailing = false;
  readonly #ending = new AbortController();

  constructor(config: OtlpConfig, log: Logger) {
    this.#log = log;
    const { origin, pathname, search } = new URL(config.url);
    this.#path = pathname + search;
    this.#headers = { ...config.headers, 'content-type': 'application/json' };
    this.#pool = poolOf(origin);
    this.#frame = frameOf(config.service);
  }

  /** One span as JSON text. */
  add(span: string): void {
    if (this.#waiting.length >= WAITING_MAX) {
      this.#counts.dropped += 1;
      return;
    }
    this.#waiting.push(span);
    if (this.#waiting.length >= BATCH_MAX) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), DELAY_MS).unref();
  }

  collect(put: Put<MetricName>): void {
    for (const [result, count] of Object.entries(this.#counts)) put('sluice_spans', count, result);
    put('sluice_spans_waiting', this.#waiting.length);
  }

  #send(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = null;
    });
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH_MAX);
      this.#waiting = this.#waiting.slice(BATCH_MAX);
      await this.#sendBatch(batch);
    }
  }

  async #sendBatch(batch: readonly string[]): Promise<void> {
    const [before, after] = this.#frame;
    const body = before + batch.join(',') + after;
    for (let failures = 0; ; failures++) {
      const answer = await this.#post(body);
      if (typeof answer !== 'string' && answer.status >= 200 && answer.status < 300) {
        this.#counts.sent += batch.length - answer.rejected;
        this.#counts.rejected += answer.rejected;
        this.#tell(answer.rejected > 0 ? `it did not take ${answer.rejected} spans` : '');
        return;
      }
      this.#tell(typeof answer === 'string' ? answer : `it answered with status ${answer.status}`);
      const isFinal = typeof answer !== 'string' && !AGAIN.has(answer.status);
      if (isFinal || failures + 1 >= ATTEMPTS_MAX || this.#ending.signal.aborted) break;
      const pauseMs = backoffMs(failures, PAUSE_FIRST_MS, PAUSE_MAX_MS, Math.random());
      const askedMs = typeof answer === 'string' ? 0 : answer.retryAfterMs;
      await pause(Math.min(PAUSE_MAX_MS, Math.max(pauseMs, askedMs)), this.#ending.signal);
    }
    this.#counts.failed += batch.length;
  }

  /** The answer, or why there is none. */
  async #post(body: string): Promise<Answer | string> {
    try {
      const response = await (await this.#pool).request({
        path: this.#path,
        method: 'POST',
        headers: this.#headers,
        body,
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      const text = await response.body.text();
      const seconds = Number(response.headers['retry-after'] ?? 0);
      return {
        status: response.statusCode,
        retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : 0,
        rejected: rejectedIn(text),
      };
    } catch (error) {
      const { code, name } = error as { code?: unknown; name: string };
      return typeof code === 'string' ? code : name;
    }
  }

  #tell(why: string): void {
    const isFailing = why !== '';
    if (isFailing === this.#isFailing) return;
    this.#isFailing = isFailing;
    if (isFailing) this.#log.warn({ why }, 'the collector does not take all spans');
    else this.#log.info('the collector takes spans again');
  }

  /** Sends what waits, once, and not for long. */
  async close(): Promise<void> {
    this.#ending.abort();
    this.#send();
    await Promise.race([this.#sending, pause(LAST_MS)]);
    await (await this.#pool).destroy();
  }
}

/** undici is loaded only where there is a collector. */
async function poolOf(origin: string): Promise<Pool> {
  const { Pool } = await import('undici');
  return new Pool(origin, {
    connections: 1,
    connect: { timeout: DEADLINE_MS },
    headersTimeout: DEADLINE_MS,
    bodyTimeout: DEADLINE_MS,
    maxResponseSize: ANSWER_BYTES_MAX,
  });
}

function rejectedIn(text: string): number {
  try {
    const { partialSuccess } = JSON.parse(text) as { partialSuccess?: { rejectedSpans?: unknown } };
    const rejected = Number(partialSuccess?.rejectedSpans ?? 0);
    return Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0;
  } catch {
    // Some answer with no body, or with one of their own.
    return 0;
  }
}

function pause(ms: number, ending?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms).unref();
    ending?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function frameOf(service: string): readonly [string, string] {
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const resource = {
    attributes: [
      text('service.name', service),
      text('service.version', VERSION),
      text('service.instance.id', randomUUID()),
    ],
  };
  const scope = JSON.stringify({ name: NAME, version: VERSION });
  return [
    `{"resourceSpans":[{"resource":${JSON.stringify(resource)},"scopeSpans":[{"scope":${scope},"spans":[`,
    ']}]}]}',
  ];
}
