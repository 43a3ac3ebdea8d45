/**
 * A JSON-RPC message whose bytes were proven to mean one thing.
 *
 * Made only by `read` in `json-rpc.ts`: the bytes are strict RFC 8259 JSON in valid UTF-8 on one line, no object
 * in them names a key twice, and the spans below are where every parser, first-wins or last-wins, finds the values.
 * What is judged is what is sent: nobody downstream parses the bytes again to decide, they cut along the spans.
 *
 * A span is [start, end) into `bytes`, quotes included for strings; start is -1 where the message has no such value.
 */

export const Kind = { request: 1, notification: 2, result: 3, error: 4 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

export class Message {
  bytes: Buffer;
  kind: Kind = Kind.request;
  /** Decoded; '' for a result or an error. */
  method = '';
  idStart = -1;
  idEnd = -1;
  /** `params`, always an object where present. */
  paramsStart = -1;
  paramsEnd = -1;
  /** `params.name`: the tool or prompt. */
  nameStart = -1;
  nameEnd = -1;
  /** `params.uri`: the resource. */
  uriStart = -1;
  uriEnd = -1;
  /** `params.arguments`, an object where present. */
  argumentsStart = -1;
  argumentsEnd = -1;
  /** `params._meta` of a request or notification, `result._meta` of a result: an object where present. */
  metaStart = -1;
  metaEnd = -1;
  /** `params._meta.progressToken` of a request; `params.progressToken` of notifications/progress. */
  tokenStart = -1;
  tokenEnd = -1;
  /** `params._meta["io.modelcontextprotocol/protocolVersion"]`: its presence makes a request modern. */
  versionStart = -1;
  versionEnd = -1;
  /** `params._meta["io.modelcontextprotocol/clientCapabilities"]`. */
  capabilitiesStart = -1;
  capabilitiesEnd = -1;
  /** `params._meta["io.modelcontextprotocol/logLevel"]`. */
  logLevelStart = -1;
  logLevelEnd = -1;
  /** `params._meta["io.modelcontextprotocol/subscriptionId"]` of a notification. */
  subscriptionStart = -1;
  subscriptionEnd = -1;
  /** `params._meta.traceparent`, `tracestate` and `baggage`. */
  traceparentStart = -1;
  traceparentEnd = -1;
  tracestateStart = -1;
  tracestateEnd = -1;
  baggageStart = -1;
  baggageEnd = -1;
  /** `params.requestState` and `params.inputResponses`: the retry of a multi-round-trip request. */
  requestStateStart = -1;
  requestStateEnd = -1;
  inputResponsesStart = -1;
  inputResponsesEnd = -1;
  /** `params.requestId` of notifications/cancelled. */
  requestIdStart = -1;
  requestIdEnd = -1;
  /** `result` of a result, `error` of an error reply. */
  bodyStart = -1;
  bodyEnd = -1;
  /** `result.resultType`. */
  resultTypeStart = -1;
  resultTypeEnd = -1;
  /** `result.isError`. */
  isErrorStart = -1;
  #id: string | null = null;
  #name: string | null = null;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** An answer by which a server says that it has failed: an error, or the result of a tool with `isError: true`. */
  get isFailure(): boolean {
    if (this.kind === Kind.error) return true;
    return this.isErrorStart >= 0 && this.bytes[this.isErrorStart] === 0x74;
  }

  /** The raw JSON text of a span; '' where absent. */
  text(start: number, end: number): string {
    return start < 0 ? '' : this.bytes.utf8Slice(start, end);
  }

  /** The parsed value of a span; undefined where absent. */
  value(start: number, end: number): unknown {
    return start < 0 ? undefined : JSON.parse(this.bytes.utf8Slice(start, end));
  }

  /** The id as raw JSON text (`7`, `"a"`), '' where there is none: equal texts are equal ids once canonical. */
  get id(): string {
    this.#id ??= this.text(this.idStart, this.idEnd);
    return this.#id;
  }

  /** `params.name`, decoded. */
  get name(): string {
    this.#name ??= string(this.bytes, this.nameStart, this.nameEnd);
    return this.#name;
  }

  /** `params.uri`, decoded. */
  get uri(): string {
    return string(this.bytes, this.uriStart, this.uriEnd);
  }

  /** The claimed modern protocol version, decoded; '' where the message makes no claim. */
  get version(): string {
    return string(this.bytes, this.versionStart, this.versionEnd);
  }
}

/** Decodes a string span; most names have no escape and cost one slice. */
function string(bytes: Buffer, start: number, end: number): string {
  if (start < 0) return '';
  const inner = bytes.utf8Slice(start + 1, end - 1);
  return inner.includes('\\') ? (JSON.parse(`"${inner}"`) as string) : inner;
}

/** Why bytes are not a message. `kind` says which JSON-RPC error answers it. */
export interface Fault {
  readonly kind: 'parse' | 'invalid';
  /** One plain sentence for the sender; never quotes the bytes. */
  readonly why: string;
  /** The id as raw JSON text where it could be read all the same, else 'null'. */
  readonly id: string;
}
