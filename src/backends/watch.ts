/**
 * Hears of changes at one server, over one of its shared links, or at the process of one session.
 *
 * A legacy server sends list_changed unasked, and resources/updated after resources/subscribe. A modern server sends
 * both only on a `subscriptions/listen` stream whose filter is fixed when it opens, so that a new subscription opens
 * a new stream before the old one is cancelled. Subscriptions are counted: the server hears of the first and the last.
 */

import type { Logger } from 'pino';
import type { Message } from '../protocol/message.ts';
import { ask, mirrorOf, requestBytes } from './ask.ts';
import type { Link } from './link.ts';

/** What may be passed on to clients by name. A server's own text in its place could be anything, a newline included. */
export const LIST_CHANGES: ReadonlySet<string> = new Set([
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
]);

const SUBSCRIPTIONS_MAX = 10_000;
const ASK_MS = 10_000;
const RELISTEN_MS = 2_000;
/** A listen stream has no deadline: setTimeout's largest delay. */
const FOREVER_MS = 2_147_483_647;

export class Watch {
  readonly #onMessage: (message: Message) => void;
  readonly #log: Logger | null;
  readonly #counts = new Map<string, number>();
  #link: Link | null = null;
  #listenId = 0;
  #relisten: NodeJS.Immediate | NodeJS.Timeout | null = null;

  constructor(onMessage: (message: Message) => void, log: Logger | null) {
    this.#onMessage = onMessage;
    this.#log = log;
  }

  get isListening(): boolean {
    return this.#listenId !== 0;
  }

  /** Listens on this link from now on; the one before it is gone. */
  follow(link: Link): void {
    this.#link = link;
    this.#listenId = 0;
    if (link.era === 'modern') this.#listen(link);
    else for (const uri of this.#counts.keys()) this.#tell('resources/subscribe', uri);
  }

  subscribe(uri: string): void {
    const count = this.#counts.get(uri) ?? 0;
    if (count === 0 && this.#counts.size >= SUBSCRIPTIONS_MAX) return;
    this.#counts.set(uri, count + 1);
    if (count === 0) this.#changed('resources/subscribe', uri);
  }

  unsubscribe(uri: string): void {
    const count = this.#counts.get(uri);
    if (count === undefined) return;
    if (count > 1) {
      this.#counts.set(uri, count - 1);
      return;
    }
    this.#counts.delete(uri);
    this.#changed('resources/unsubscribe', uri);
  }

  #changed(method: string, uri: string): void {
    const link = this.#link;
    if (link?.isLive !== true) return;
    if (link.era === 'legacy') this.#tell(method, uri);
    // Many subscriptions of one turn make one new stream.
    else this.#relisten ??= setImmediate(() => this.#again(link));
  }

  #tell(method: string, uri: string): void {
    const link = this.#link;
    if (link?.isLive === true) void ask(link, method, { uri }, ASK_MS);
  }

  #again(link: Link): void {
    this.#relisten = null;
    if (this.#link === link && link.isLive) this.#listen(link);
  }

  #listen(link: Link): void {
    const capabilities = (link.hello.capabilities ?? {}) as Record<
      string,
      { listChanged?: boolean }
    >;
    const notifications: Record<string, unknown> = {};
    for (const kind of ['tools', 'prompts', 'resources']) {
      if (capabilities[kind]?.listChanged === true) notifications[`${kind}ListChanged`] = true;
    }
    if (this.#counts.size > 0) notifications.resourceSubscriptions = [...this.#counts.keys()];
    const before = this.#listenId;
    this.#listenId = 0;
    if (Object.keys(notifications).length > 0) this.#open(link, notifications);
    if (before !== 0) link.cancel(before, 'replaced by a new subscription');
  }

  #open(link: Link, notifications: Record<string, unknown>): void {
    const id = link.nextId();
    this.#listenId = id;
    const over = () => {
      if (this.#listenId !== id || !link.isLive) return;
      this.#log?.debug('the stream of changes ended; opening it again');
      this.#listenId = 0;
      this.#relisten ??= setTimeout(() => this.#again(link), RELISTEN_MS).unref();
    };
    const receiver = {
      onReply: over,
      onFail: over,
      onMessage: (message: Message) => {
        // Only the current stream speaks: during a replacement both would report the same change.
        // Nor is anybody else concerned by the acknowledgement.
        if (this.#listenId === id && isChange(message)) this.#onMessage(message);
      },
    };
    const method = 'subscriptions/listen';
    link.send(
      id,
      requestBytes(link, id, method, { notifications }),
      receiver,
      FOREVER_MS,
      mirrorOf(method),
    );
  }
}

function isChange({ method }: Message): boolean {
  return LIST_CHANGES.has(method) || method === 'notifications/resources/updated';
}
