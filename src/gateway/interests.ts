/**
 * Who wants to hear of which resource, over sessions (legacy) and listen streams (modern) alike.
 *
 * Each server hears of the first interest in a resource and of the last one's end, whoever has it.
 */

import type { Backend } from '../backends/backends.ts';
import type { Message } from '../protocol/message.ts';

/** Resources of one server that anybody is subscribed to at one time; `Watch` keeps no more either. */
const RESOURCES_MAX = 10_000;

/** Told of each update. */
export type Interest = () => void;

interface Watched {
  /** The server as it is now: another object after a reload that changed it. */
  backend: Backend;
  readonly byUri: Map<string, Set<Interest>>;
}

export class Interests {
  readonly #watched = new Map<string, Watched>();

  /** Registers an interest in the server's own URI; the result ends it. */
  add(backend: Backend, uri: string, interest: Interest): () => void {
    const { name } = backend;
    let watched = this.#watched.get(name);
    if (watched === undefined) {
      watched = { backend, byUri: new Map() };
      this.#watched.set(name, watched);
    }
    let interests = watched.byUri.get(uri);
    if (interests === undefined) {
      if (watched.byUri.size >= RESOURCES_MAX) return () => {};
      interests = new Set();
      watched.byUri.set(uri, interests);
      watched.backend.subscribe(uri);
    }
    interests.add(interest);
    return () => this.#remove(name, uri, interest);
  }

  #remove(name: string, uri: string, interest: Interest): void {
    const watched = this.#watched.get(name);
    const interests = watched?.byUri.get(uri);
    if (watched === undefined || interests === undefined || !interests.delete(interest)) return;
    if (interests.size > 0) return;
    watched.byUri.delete(uri);
    if (watched.byUri.size === 0) this.#watched.delete(name);
    watched.backend.unsubscribe(uri);
  }

  /** A reload made this server anew: it hears of everything that the one before was asked for. */
  renew(backend: Backend): void {
    const watched = this.#watched.get(backend.name);
    if (watched === undefined) return;
    watched.backend = backend;
    for (const uri of watched.byUri.keys()) backend.subscribe(uri);
  }

  updated(backend: Backend, message: Message): void {
    const interests = this.#watched.get(backend.name)?.byUri.get(message.uri);
    if (interests !== undefined) for (const interest of [...interests]) interest();
  }
}
