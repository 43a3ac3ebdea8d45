/**
 * Tells clients that a list has changed: those on the routes concerned, over sessions (legacy) and listen streams (modern).
 *
 * A server that registers ten tools says so ten times, and its word goes to thousands of clients: what follows shortly is
 * told together, and one that announces without end is heard twice a second.
 */

import type { Backend } from '../backends/backends.ts';
import type { Listeners } from './listeners.ts';
import type { Sessions } from './sessions.ts';

const COALESCE_MS = 10;
const ANNOUNCE_MS = 500;

export class Announcer {
  readonly #sessions: Sessions;
  readonly #listeners: Listeners;
  /** By server and method: due, and last told (ms since the epoch). */
  readonly #due = new Set<string>();
  readonly #toldAt = new Map<string, number>();

  constructor(sessions: Sessions, listeners: Listeners) {
    this.#sessions = sessions;
    this.#listeners = listeners;
  }

  /** A server's list has changed. `concerns`: asked for each route's path when the time has come. */
  changed(backend: Backend, method: string, concerns: (path: string) => boolean): void {
    const key = `${backend.name} ${method}`;
    if (this.#due.has(key)) return;
    this.#due.add(key);
    const dueMs = (this.#toldAt.get(key) ?? 0) + ANNOUNCE_MS - Date.now();
    setTimeout(
      () => {
        this.#due.delete(key);
        this.#toldAt.set(key, Date.now());
        void this.tell(method, concerns);
      },
      Math.max(dueMs, COALESCE_MS),
    );
  }

  /** Tells everybody on these routes at once. */
  async tell(method: string, concerns: (path: string) => boolean): Promise<void> {
    this.#listeners.listChanged(concerns, method);
    const notification = Buffer.from(`{"jsonrpc":"2.0","method":"${method}"}`);
    for await (const session of this.#sessions.all()) {
      if (concerns(session.route.path)) session.announce(notification);
    }
  }

  /** What was told before a reload counts no more. */
  reset(): void {
    this.#toldAt.clear();
  }
}
