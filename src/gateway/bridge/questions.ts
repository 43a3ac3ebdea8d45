/**
 * A legacy server's questions to a modern client, over the rounds of one parked call.
 *
 * The server waits for answers on its link; the client, which cannot be asked, gets InputRequiredResult and comes back.
 * Questions that arrive in one turn go out together; one that arrives while the client is away waits for its return.
 */

import { notSupported } from '../../backends/backends.ts';
import type { Message } from '../../protocol/message.ts';
import { type Refusal, refuse } from '../../protocol/refusal.ts';
import { CAPABILITY } from '../asks.ts';
import type { Call } from '../call.ts';
import type { Relay } from '../relay.ts';
import { inputRequired, MULTI_ROUND_TRIP } from './input-required.ts';

/** Questions of one call that may be open at once. */
const OPEN_MAX = 32;

interface Question {
  readonly serverId: string;
  readonly method: string;
  /** The request without its id, as JSON text. */
  readonly request: string;
}

export class Questions {
  readonly #relay: Relay;
  readonly #open = new Map<string, Question>();
  #count = 0;
  #isDue = false;
  /** The server asked for the client's roots, and servers keep them: its link is this client's from then on. */
  hasGivenRoots = false;
  /** What the server answered while the client was away. */
  early: Message | Refusal | undefined;

  constructor(relay: Relay) {
    this.#relay = relay;
  }

  /** Whether the server waits for an answer. */
  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  add(message: Message): void {
    const { call, link } = this.#relay;
    const capability = CAPABILITY.get(message.method);
    const able = capability !== undefined && canBeAsked(call, capability);
    if (!able || this.#open.size >= OPEN_MAX) {
      link.post(notSupported(message));
      return;
    }
    const params = message.text(message.paramsStart, message.paramsEnd);
    const request = `{"method":${JSON.stringify(message.method)}${params === '' ? '' : `,"params":${params}`}}`;
    this.#count += 1;
    this.#open.set(`input-${this.#count}`, {
      serverId: message.id,
      method: message.method,
      request,
    });
    this.#askSoon();
  }

  /** The server no longer waits for this answer; one that the client still gives has nowhere to go. True: none is left. */
  withdraw(serverId: string): boolean {
    for (const [key, question] of this.#open) {
      if (question.serverId === serverId) this.#open.delete(key);
    }
    return this.#open.size === 0;
  }

  #askSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#ask();
    });
  }

  #ask(): void {
    const relay = this.#relay;
    const { call } = relay;
    if (call.isDone || this.#open.size === 0) return;
    const park = relay.parking.park(relay, Date.now());
    if (park === undefined) {
      relay.fail(refuse('busy', 'Too many calls wait for input from their clients.'));
      return;
    }
    const requests = [...this.#open]
      .map(([key, question]) => `${JSON.stringify(key)}:${question.request}`)
      .join(',');
    call.answer(inputRequired(call, requests, { kind: 'parked', park }), 200);
  }

  /** Hands the client's answers to the server; true when none is missing and the call goes on. */
  answer(call: Call): boolean {
    const { message } = call;
    const responses = message.value(message.inputResponsesStart, message.inputResponsesEnd);
    const given = typeof responses === 'object' && responses !== null ? responses : {};
    for (const [key, { serverId, method: asked }] of this.#open) {
      const result = Object.hasOwn(given, key) ? (given as Record<string, unknown>)[key] : null;
      if (typeof result !== 'object' || result === null) continue;
      this.#open.delete(key);
      this.hasGivenRoots ||= asked === 'roots/list';
      const reply = `{"jsonrpc":"2.0","id":${serverId},"result":${JSON.stringify(result)}}`;
      this.#relay.link.post(Buffer.from(reply));
    }
    if (this.#open.size > 0) this.#askSoon();
    return this.#open.size === 0;
  }
}

/** Whether the client can be asked in answer to this request, and said that it can be asked this. */
export function canBeAsked(call: Call, capability: string): boolean {
  const { capabilities } = call.profile;
  return MULTI_ROUND_TRIP.has(call.message.method) && Object.hasOwn(capabilities, capability);
}

/** Legacy -32042: URLs to visit first. The client is asked to, and then the call is simply made again. */
export function askForUrls(call: Call, elicitations: readonly unknown[]): Buffer {
  const requests = elicitations
    .slice(0, OPEN_MAX)
    .map((params, i) => `"url-${i + 1}":${urlRequest(params)}`)
    .join(',');
  return inputRequired(call, requests, { kind: 'again', ticket: call.carry?.() });
}

function urlRequest(params: unknown): string {
  return JSON.stringify({
    method: 'elicitation/create',
    params: { mode: 'url', ...(params as object) },
  });
}
