/**
 * Finds local servers that hang: alive as processes, but silent.
 *
 *   sent something, said nothing for silentMs ──> asked ──> says anything at all within answerMs: left alone
 *                                                    └────> still silent: abandoned, its calls fail, another is started
 *
 * One that waits for a client's answer is not asked: people take long, and some servers read nothing else meanwhile.
 * Silence alone proves nothing, since a call may take long. So the server is asked, and only one that answers neither the
 * question nor anything else is given up. A server with one thread that works on one call cannot answer meanwhile: by
 * default it has as long as that call may take, and `answerMs` more.
 */

import { refuse } from '../protocol/refusal.ts';
import { ask } from './ask.ts';
import type { Link } from './link.ts';

const TICK_MIN_MS = 20;
const TICK_MAX_MS = 5_000;

/** What was last seen of one link. */
interface Seen {
  sent: number;
  heard: number;
  /** Since when something sent has met with silence; 0: nothing has. */
  silentSince: number;
  isAsked: boolean;
}

export class Health {
  readonly #links: () => Iterable<Link>;
  readonly #silentMs: number;
  readonly #answerMs: number;
  readonly #onHang: (link: Link) => void;
  readonly #seen = new WeakMap<Link, Seen>();
  #timer: NodeJS.Timeout | null = null;

  constructor(
    links: () => Iterable<Link>,
    silentMs: number,
    answerMs: number,
    onHang: (link: Link) => void,
  ) {
    this.#links = links;
    this.#silentMs = silentMs;
    this.#answerMs = answerMs;
    this.#onHang = onHang;
  }

  start(): void {
    if (this.#silentMs === 0 || this.#timer !== null) return;
    const tickMs = Math.min(TICK_MAX_MS, Math.max(TICK_MIN_MS, this.#silentMs / 4));
    this.#timer = setInterval(() => this.#look(performance.now()), tickMs).unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  #look(now: number): void {
    for (const link of this.#links()) {
      let seen = this.#seen.get(link);
      if (seen === undefined) {
        const { sent, heard, inFlight } = link;
        seen = { sent, heard, silentSince: inFlight > 0 ? now : 0, isAsked: false };
        this.#seen.set(link, seen);
      }
      this.#judge(link, seen, now);
    }
  }

  #judge(link: Link, seen: Seen, now: number): void {
    if (link.heard !== seen.heard) {
      seen.heard = link.heard;
      seen.silentSince = link.inFlight > 0 ? now : 0;
      seen.sent = link.sent;
      return;
    }
    // A request that ran into its deadline counts, too: nothing was heard of it.
    if (seen.silentSince === 0 && link.sent !== seen.sent) seen.silentSince = now;
    if (seen.silentSince === 0 || seen.isAsked) return;
    if (link.owner.isAsking === true) seen.silentSince = now;
    else if (now - seen.silentSince >= this.#silentMs) void this.#ask(link, seen);
  }

  async #ask(link: Link, seen: Seen): Promise<void> {
    seen.isAsked = true;
    const before = link.heard;
    // 2026-07-28 has no ping; every server of it answers server/discover, and be it with an error.
    const method = link.era === 'modern' ? 'server/discover' : 'ping';
    await ask(link, method, {}, this.#answerMs);
    seen.isAsked = false;
    if (!link.isLive || link.heard !== before || link.owner.isAsking === true) return;
    // Not even asked: its pipe is full. It is asked again, and has the same time.
    if (performance.now() - seen.silentSince < this.#silentMs + this.#answerMs) return;
    const words = 'The server behind this call stopped answering and is being replaced.';
    const why = 'it said nothing for silentMs and did not answer a ping within answerMs';
    this.#onHang(link);
    void link.abandon(refuse('backend_unavailable', words, undefined, why));
  }
}
