/**
 * A modern server's InputRequiredResult for a legacy client: asked through its session, then the call is made again.
 */

import { members } from '../../protocol/members.ts';
import { Kind, type Message } from '../../protocol/message.ts';
import { type Refusal, refuse } from '../../protocol/refusal.ts';
import type { Relay } from '../relay.ts';

/** A server that asks more often than this is not getting anywhere. */
const ROUNDS_MAX = 16;
const QUESTIONS_MAX = 32;
const OPEN_BRACE = 0x7b;

export class Rounds {
  readonly #relay: Relay;
  #count = 0;

  constructor(relay: Relay) {
    this.#relay = relay;
  }

  /** Asks the client what the server wants to know; a refusal where that cannot be done. */
  next(reply: Message): Refusal | undefined {
    this.#count += 1;
    if (this.#count > ROUNDS_MAX) {
      return refuse('backend_unavailable', 'The server keeps asking for input without an end.');
    }
    const { bytes } = reply;
    const fields = members(bytes, reply.bodyStart, reply.bodyEnd);
    const state = fields.find((field) => field.key === 'requestState');
    const stateText =
      state === undefined ? '' : `"requestState":${bytes.utf8Slice(state.start, state.end)}`;
    const asked = fields.find((field) => field.key === 'inputRequests');
    if (asked !== undefined && bytes[asked.start] !== OPEN_BRACE) return notObjects();
    const questions = asked === undefined ? [] : members(bytes, asked.start, asked.end);
    if (questions.length > QUESTIONS_MAX) {
      return refuse('backend_unavailable', 'The server asks too many things at once.');
    }
    if (questions.length === 0) {
      this.#relay.again(stateText);
      return undefined;
    }
    if (questions.some(({ start }) => bytes[start] !== OPEN_BRACE)) return notObjects();
    const answers = new Map<string, string>();
    for (const question of questions) {
      const text = bytes.utf8Slice(question.start, question.end);
      const refusal = this.#ask(JSON.parse(text), (answer) => {
        answers.set(JSON.stringify(question.key), answer);
        if (answers.size === questions.length) this.#relay.again(retryText(answers, stateText));
      });
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  #ask(question: unknown, answered: (result: string) => void): Refusal | undefined {
    const { method, params } = question as { method?: unknown; params?: unknown };
    const { session } = this.#relay.call;
    if (typeof method !== 'string' || session === null || !session.can(method)) {
      const words = 'The server needs something of the client that it did not declare.';
      return refuse('missing_capability', words);
    }
    const id = session.asks.nextId;
    const request = JSON.stringify({ jsonrpc: '2.0', id: Number(id), method, params });
    const sent = session.asks.ask(Buffer.from(request), this.#relay, {
      answer: (reply) => this.#answered(reply, answered),
      fail: (why) => this.#relay.fail(refuse('deadline_exceeded', why)),
      refused: (refusal) => this.#relay.fail(refusal),
      speaker: this.#relay.target,
      lease: null,
      serverId: '',
    });
    return sent ? undefined : refuse('busy', 'Too many requests wait for this client.');
  }

  /** A modern server takes results only: an error of the client ends the call. */
  #answered(reply: Message, answered: (result: string) => void): void {
    if (reply.kind === Kind.result) {
      answered(reply.text(reply.bodyStart, reply.bodyEnd));
      return;
    }
    const error = reply.value(reply.bodyStart, reply.bodyEnd) as { message?: unknown };
    const words = `The client answered the server's question with an error: ${String(error.message)}`;
    this.#relay.fail(refuse('invalid_params', words));
  }
}

function notObjects(): Refusal {
  return refuse('backend_unavailable', 'The server asks for input in a form that is not known.');
}

function retryText(answers: ReadonlyMap<string, string>, state: string): string {
  const responses = [...answers].map(([key, result]) => `${key}:${result}`).join(',');
  return `"inputResponses":{${responses}}${state === '' ? '' : `,${state}`}`;
}
