/**
 * Who wants to hear of which resource, over sessions (legacy) and listen streams (modern) alike.
 *
 * Each server hears of the first interest in a resource and of the last one's end, whoever has it.
 */

import type { Backend } from '../backends/backends.ts';
import type { Message } from '../protocol/message.ts';

/** Told of an update, with the server's own notification. */
export type Interest = (message: Message) => void;

export class Interests {
  readonly #byBackend = new Map<Backend, Map<string, Set<Interest>>>();

  /** Registers an interest in the server's own URI; the result ends it. */
  add(backend: Backend, uri: string, interest: Interest): () => void {
    let byUri = this.#byBackend.get(backend);
    if (byUri === undefined) {
      byUri = new Map();
      this.#byBackend.set(backend, byUri);
    }
    let interests = byUri.get(uri);
    if (interests === undefined) {
      interests = new Set();
      byUri.set(uri, interests);
      backend.subscribe(uri);
    }
    interests.add(interest);
    return () => this.#remove(backend, uri, interest);
  }

  #remove(backend: Backend, uri: string, interest: Interest): void {
    const byUri = this.#byBackend.get(backend);
    const interests = byUri?.get(uri);
    if (byUri === undefined || interests === undefined || !interests.delete(interest)) return;
    if (interests.size > 0) return;
    byUri.delete(uri);
    if (byUri.size === 0) this.#byBackend.delete(backend);
    backend.unsubscribe(uri);
  }

  updated(backend: Backend, message: Message): void {
    const interests = this.#byBackend.get(backend)?.get(message.uri);
    if (interests !== undefined) for (const interest of [...interests]) interest(message);
  }
}
