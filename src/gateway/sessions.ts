/**
 * The live legacy sessions: bounded in number, in all and per caller, and in time, idle and absolute.
 */

import type { Caller } from '../model.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import type { SessionsConfig } from './config.ts';
import type { Session } from './session.ts';

type OnChange = (what: 'begun' | 'ended', session: Session) => void;

export class Sessions {
  #config: SessionsConfig;
  readonly #onChange: OnChange;
  readonly #sessions = new Map<string, Session>();
  readonly #perCaller = new Map<string, number>();

  /** `onChange` hears of each that begins and of each that has ended. */
  constructor(config: SessionsConfig, onChange: OnChange = () => {}) {
    this.#config = config;
    this.#onChange = onChange;
  }

  configure(config: SessionsConfig): void {
    this.#config = config;
  }

  get size(): number {
    return this.#sessions.size;
  }

  [Symbol.iterator](): Iterator<Session> {
    return this.#sessions.values();
  }

  /**
   * Undefined where there is room for one more of this caller, if need be because one of its own was ended: clients go
   * without a word, and the sessions they left must not keep it out until they expire.
   */
  refuse(callerId: string, now: number): Refusal | undefined {
    const { max, perCallerMax } = this.#config;
    const own = this.#perCaller.get(callerId) ?? 0;
    if (this.#sessions.size < max && own < perCallerMax) return undefined;
    const left = this.#longestLeft(callerId, now);
    if (left === undefined) {
      return refuse('busy', 'Too many sessions are open. End one, or wait until idle ones expire.');
    }
    this.end(left);
    return undefined;
  }

  #longestLeft(callerId: string, now: number): Session | undefined {
    let longest: Session | undefined;
    for (const session of this.#sessions.values()) {
      if (session.caller.id !== callerId || isInUse(session)) continue;
      if (now - session.usedAt < LEFT_MS) continue;
      if (longest === undefined || session.usedAt < longest.usedAt) longest = session;
    }
    return longest;
  }

  add(session: Session): void {
    this.#sessions.set(session.id, session);
    const { id } = session.caller;
    this.#perCaller.set(id, (this.#perCaller.get(id) ?? 0) + 1);
    this.#onChange('begun', session);
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  end(session: Session): void {
    if (!this.#sessions.delete(session.id)) return;
    const { id } = session.caller;
    const left = (this.#perCaller.get(id) ?? 1) - 1;
    if (left > 0) this.#perCaller.set(id, left);
    else this.#perCaller.delete(id);
    session.end();
    this.#onChange('ended', session);
  }

  endCallers(isEnded: (caller: Caller) => boolean): void {
    for (const session of [...this.#sessions.values()]) {
      const { caller, presented } = session;
      if (isEnded(caller) || isEnded(presented)) this.end(session);
    }
  }

  /** Ends what is over its time. One with a call in flight or a stream open is not idle. */
  sweep(now: number): void {
    const { idleMs, absoluteMs } = this.#config;
    for (const session of [...this.#sessions.values()]) {
      session.asks.sweep(now);
      const idle = !isInUse(session) && now - session.usedAt > idleMs;
      if (idle || now - session.openedAt > absoluteMs) this.end(session);
    }
  }

  /** All of them, in slices, so that telling ten thousand does not hold up the loop. */
  async *all(): AsyncGenerator<Session> {
    let count = 0;
    for (const session of [...this.#sessions.values()]) {
      count += 1;
      if (count % SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
      if (!session.isEnded) yield session;
    }
  }

  close(): void {
    for (const session of [...this.#sessions.values()]) this.end(session);
  }
}

const SLICE = 500;
/** A session silent for so long, and without a stream, may have to make room for another of its caller. */
const LEFT_MS = 60_000;

function isInUse(session: Session): boolean {
  return session.calls.size > 0 || session.isAttached;
}
