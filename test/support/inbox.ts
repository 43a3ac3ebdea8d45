/**
 * The messages that a test was sent, and those who wait for one of them.
 */

import type { RpcMessage } from './mcp-exchange.ts';

/** Only prevents that a test hangs. */
const PATIENCE_MS = 60_000;
const SHOWN = 5;

export class Inbox {
  readonly messages: RpcMessage[] = [];
  readonly #waiting = new Set<() => void>();

  add(message: RpcMessage): void {
    this.messages.push(message);
    for (const look of this.#waiting) look();
  }

  /** Resolves with the first message, past or to come, that `matches`; `words` are added where none comes. */
  until(matches: (message: RpcMessage) => boolean, words = () => ''): Promise<RpcMessage> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        this.#waiting.delete(look);
      };
      const timer = setTimeout(() => {
        stop();
        const last = JSON.stringify(this.messages.slice(-SHOWN));
        reject(new Error(`No such message; the last were ${last}\n${words()}`));
      }, PATIENCE_MS);
      const look = () => {
        const found = this.messages.find(matches);
        if (found === undefined) return;
        stop();
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }
}
