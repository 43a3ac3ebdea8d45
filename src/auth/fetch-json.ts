/**
 * Asks an identity provider for a JSON object: bounded in size and time, no redirects, https or loopback only.
 */

import type { Agent } from 'undici';
import { isTrustedUrl } from './config.ts';

const BYTES_MAX = 256 * 1024;
const DEADLINE_MS = 5000;
const AGENT: Agent.Options = {
  connections: 4,
  keepAliveTimeout: 4000,
  connect: { timeout: DEADLINE_MS },
  headersTimeout: DEADLINE_MS,
  bodyTimeout: DEADLINE_MS,
  maxResponseSize: BYTES_MAX,
};

export interface Question {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The connections to identity providers; none is shared with servers. */
export class Providers {
  #agent: Agent | null = null;

  /** Rejects with what went wrong; the words hold no secret. */
  async ask(url: string, question: Question = {}): Promise<Record<string, unknown>> {
    // A discovery document names URLs too.
    if (!isTrustedUrl(url)) throw new Error('its URL is neither https nor on loopback');
    const { origin, pathname, search } = new URL(url);
    // Loaded where somebody is to be asked, and not before.
    const undici = await import('undici');
    this.#agent ??= new undici.Agent(AGENT);
    const response = await this.#agent.request({
      origin,
      path: pathname + search,
      method: question.method ?? 'GET',
      headers: { accept: 'application/json', ...question.headers },
      body: question.body ?? null,
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    if (response.statusCode !== 200) {
      await response.body.dump();
      throw new Error(`it answered with status ${response.statusCode}`);
    }
    const value = (await response.body.json()) as unknown;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Error('it did not answer with a JSON object');
    }
    return value as Record<string, unknown>;
  }

  close(): void {
    this.#agent?.destroy().catch(() => {});
  }
}
