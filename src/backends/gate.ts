/**
 * Whether a call of one tool may go to its server now: the tool's breaker and the server's, asked and told together.
 *
 * A tool that fails by itself must not close the server to the others. So what its own breaker has opened over is taken
 * out of the server's account, and as long as it is not closed the server's hears nothing of it.
 */

import { type Refusal, refuse } from '../protocol/refusal.ts';
import type { Breaker } from './breaker.ts';

export class Gate {
  readonly #serverName: string;
  readonly #toolName: string;
  readonly #server: Breaker | null;
  readonly #tool: Breaker | null;
  readonly #onRefused: () => void;

  /** `toolName` is '' where `tool` is null: for prompts, resources and the rest. */
  constructor(
    serverName: string,
    toolName: string,
    server: Breaker | null,
    tool: Breaker | null,
    onRefused: () => void,
  ) {
    this.#serverName = serverName;
    this.#toolName = toolName;
    this.#server = server;
    this.#tool = tool;
    this.#onRefused = onRefused;
  }

  refuse(): Refusal | undefined {
    const tool = this.#tool;
    const server = this.#server;
    if ((tool === null || tool.isClosed) && (server === null || server.isClosed)) return undefined;
    const now = Date.now();
    if (tool?.admits(now) === false) {
      return this.#no(
        tool,
        `The tool "${this.#toolName}" of the server "${this.#serverName}"`,
        now,
      );
    }
    if (server?.admits(now) === false) {
      return this.#no(server, `The server "${this.#serverName}"`, now);
    }
    return undefined;
  }

  #no(breaker: Breaker, subject: string, now: number): Refusal {
    this.#onRefused();
    const retryAfterMs = breaker.retryInMs(now);
    const words = `${subject} is not called for now: ${breaker.why}. It is tried again in ${Math.ceil(retryAfterMs / 1000)} s.`;
    return refuse('circuit_open', words, { server: this.#serverName, retryAfterMs });
  }

  /** How a call ended that was let through. `startedAt` is when it was sent, in milliseconds since the epoch. */
  settled(startedAt: number, failed: boolean, canBeSlow: boolean): void {
    const now = Date.now();
    const tool = this.#tool;
    const server = this.#server;
    if (tool !== null) {
      const hasOpened = tool.settled(now, startedAt, failed, canBeSlow);
      if (hasOpened) server?.discount(now, tool);
      if (!tool.isClosed) return;
    }
    server?.settled(now, startedAt, failed, canBeSlow);
  }
}
