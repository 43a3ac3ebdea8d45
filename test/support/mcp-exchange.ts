/**
 * What the test clients of both eras share: one request and everything that came back, and streams that stay open.
 *
 * Shows what no SDK client shows: status, headers and every message in order. Checks nothing.
 */

import { createParser } from 'eventsource-parser';
import { Inbox } from './inbox.ts';

const DEADLINE_MS = 30_000;

export type Json = Record<string, unknown>;

export interface RpcMessage {
  jsonrpc?: string;
  id?: string | number | null;
  method?: string;
  params?: Json;
  result?: Json;
  error?: { code: number; message: string; data?: Json };
}

export interface Exchange {
  status: number;
  headers: Headers;
  /** Every message of the response in order: one for JSON, all events for a stream. */
  messages: RpcMessage[];
  /** The message that answers the request, if it came. */
  response: RpcMessage | undefined;
  result: Json | undefined;
  error: RpcMessage['error'];
  /** The body when it was neither JSON nor a stream. */
  text: string;
}

export function headersOf(...parts: (Record<string, string | undefined> | undefined)[]): Headers {
  const headers = new Headers();
  for (const part of parts) {
    for (const [name, value] of Object.entries(part ?? {})) {
      // An explicit undefined takes a usual header away.
      if (value === undefined) headers.delete(name);
      else headers.set(name, value);
    }
  }
  return headers;
}

/** Hands each message of an SSE body to `onMessage`, until the end or until it returns true. */
async function readEvents(
  response: Response,
  onMessage: (message: RpcMessage, eventId: string | undefined) => boolean | undefined,
): Promise<void> {
  let isDone = false;
  const parser = createParser({
    onEvent: ({ data, id }) => {
      if (!isDone && data !== '') isDone = onMessage(JSON.parse(data) as RpcMessage, id) === true;
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    // Leaving the loop closes the stream.
    if (isDone) return;
  }
}

function isStream(response: Response): boolean {
  return (response.headers.get('content-type') ?? '').startsWith('text/event-stream');
}

/** Reads a response to its end, or to the answer for `id` when it is a stream. */
export async function collect(
  response: Response,
  id: RpcMessage['id'],
  onOther: (message: RpcMessage) => void,
): Promise<Exchange> {
  const messages: RpcMessage[] = [];
  let text = '';
  if (isStream(response)) {
    await readEvents(response, (message) => {
      messages.push(message);
      if (message.method !== undefined) onOther(message);
      return message.method === undefined && message.id === id;
    });
  } else {
    text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').startsWith('application/json');
    if (isJson && text !== '') messages.push(...[JSON.parse(text) as RpcMessage].flat());
  }
  const answer = messages.findLast(({ method }) => method === undefined);
  return {
    status: response.status,
    headers: response.headers,
    messages,
    response: answer,
    result: answer?.result,
    error: answer?.error,
    text,
  };
}

/** A stream that stays open; what arrived is in `messages`. */
export class OpenStream {
  readonly eventIds: string[] = [];
  readonly status: number;
  readonly headers: Headers;
  /** Resolves when the server ended the stream or `close` was called. */
  readonly ended: Promise<void>;
  readonly #inbox = new Inbox();
  #abort: AbortController;

  constructor(response: Response, abort: AbortController, onMessage?: (m: RpcMessage) => void) {
    this.status = response.status;
    this.headers = response.headers;
    this.#abort = abort;
    const read = readEvents(response, (message, eventId) => {
      if (eventId !== undefined) this.eventIds.push(eventId);
      this.#inbox.add(message);
      onMessage?.(message);
      return undefined;
    });
    this.ended = read.catch(() => {});
  }

  get messages(): readonly RpcMessage[] {
    return this.#inbox.messages;
  }

  /** Resolves with the first message, past or to come, that `matches`. */
  until(matches: (message: RpcMessage) => boolean): Promise<RpcMessage> {
    return this.#inbox.until(matches);
  }

  /** Closes from the client's side. */
  async close(): Promise<void> {
    this.#abort.abort();
    await this.ended;
  }
}

export interface CallOptions {
  /** Added to the usual headers; undefined takes one away. */
  headers?: Record<string, string | undefined>;
  /** Added to the usual `_meta`. */
  meta?: Json;
  signal?: AbortSignal;
  deadlineMs?: number;
}

export interface ClientOptions {
  headers?: Record<string, string | undefined>;
  capabilities?: Json;
}

export const ACCEPT = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

/** Every call has a deadline, so that a broken server fails a test instead of hanging it. */
export function signalOf({ signal, deadlineMs = DEADLINE_MS }: CallOptions): AbortSignal {
  const deadline = AbortSignal.timeout(deadlineMs);
  return signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
}
