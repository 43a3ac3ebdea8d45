/**
 * Brings links back to the endpoint that they were meant for, once it is well again.
 *
 *   astray ──its pause is over, and RETURN_MS──> a link is opened there ──> it takes the calls, the other one drains
 *                                                        └── fails: its pause grows, and calls go on where they went
 *
 * The handshake is the probe. One link at a time, so that an endpoint that is just up is not given everything at once.
 */

import { isRefusal } from '../model.ts';
import type { Refusal } from '../protocol/refusal.ts';
import type { Endpoint } from './endpoints.ts';
import type { Link } from './link.ts';

/** What failed is not gone back to sooner: one that flaps would cost calls each time. */
const RETURN_MS = 3_000;
const NEVER = Number.POSITIVE_INFINITY;

export class WayBack {
  readonly #links: readonly Link[];
  readonly #connect: (endpoint: Endpoint) => Promise<Link | Refusal>;
  readonly #replace: (astray: Link, link: Link) => void;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;
  /** A link is being opened. */
  isConnecting = false;

  /** `replace` takes over the new link, and closes it if it is of no more use. */
  constructor(
    links: readonly Link[],
    connect: (endpoint: Endpoint) => Promise<Link | Refusal>,
    replace: (astray: Link, link: Link) => void,
  ) {
    this.#links = links;
    this.#connect = connect;
    this.#replace = replace;
  }

  /** To be called when a link was opened. */
  look(): void {
    if (this.#timer !== null || this.isConnecting || this.#isClosed) return;
    const retryAt = Math.min(...this.#links.map((link) => link.astrayFrom?.retryAt ?? NEVER));
    if (retryAt === NEVER) return;
    const pauseMs = Math.max(RETURN_MS, retryAt - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#return();
    }, pauseMs).unref();
  }

  async #return(): Promise<void> {
    const now = Date.now();
    const astray = this.#links.find(({ astrayFrom }) => (astrayFrom?.retryAt ?? NEVER) <= now);
    if (astray?.astrayFrom) {
      this.isConnecting = true;
      const link = await this.#connect(astray.astrayFrom);
      this.isConnecting = false;
      if (!isRefusal(link)) this.#replace(astray, link);
    }
    this.look();
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}
