/**
 * A collector for tests: takes OTLP over HTTP as JSON, and takes nothing that the official definitions do not know.
 *
 * Each body must become the message that OpenTelemetry's own protobuf definitions describe, survive its binary form, and
 * come back as the same JSON: an unknown member, a wrong type or an id of a wrong length fails.
 */

import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue: string } | { readonly intValue: string };
}

/** As in opentelemetry/proto/trace/v1: 64-bit numbers as text, ids in hex. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly events: readonly { readonly timeUnixNano: string; readonly name: string }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code?: number };
}

interface Message {
  readonly constructor: unknown;
}
interface Type {
  verify(value: object): string | null;
  fromObject(value: object): Message;
  toObject(message: Message, options: object): Record<string, unknown>;
  encode(message: Message): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}
interface Root {
  readonly opentelemetry: {
    readonly proto: {
      readonly collector: {
        readonly trace: { readonly v1: { readonly ExportTraceServiceRequest: Type } };
      };
    };
  };
}

const require = createRequire(import.meta.url);
const root = require('@opentelemetry/otlp-transformer/build/src/generated/root.js') as Root;
const REQUEST = root.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
/** Ids are hex in OTLP's JSON, and base64 in the JSON of protobuf. */
const IDS: Readonly<Record<string, number>> = { traceId: 16, spanId: 8, parentSpanId: 8 };

interface Traces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Span['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

export function judge(body: string): Traces {
  const request = JSON.parse(body, (key, value: unknown) => {
    // The binary form has no word for an empty list.
    if (Array.isArray(value) && value.length === 0) return undefined;
    const bytes = IDS[key];
    if (bytes === undefined) return value;
    assert.match(String(value), new RegExp(`^[0-9a-f]{${bytes * 2}}$`), key);
    return Buffer.from(String(value), 'hex').toString('base64');
  }) as object;
  const message = REQUEST.fromObject(request);
  assert.equal(REQUEST.verify(message), null);
  const again = REQUEST.decode(REQUEST.encode(message).finish());
  assert.deepEqual(REQUEST.toObject(again, { longs: String, bytes: String, json: true }), request);
  return JSON.parse(body) as Traces;
}

type Answer = (response: ServerResponse) => void;

export class Collector {
  readonly spans: Span[] = [];
  readonly resources: Record<string, unknown>[] = [];
  readonly requests: { headers: IncomingMessage['headers']; body: string }[] = [];
  /** What the next requests are answered instead of 200; their spans do not count. */
  readonly answers: Answer[] = [];
  readonly faults: unknown[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => this.#take(request, response, Buffer.concat(chunks).toString()));
    });
  }

  static async start(): Promise<Collector> {
    const made = new Collector();
    await new Promise<void>((resolve) => made.#server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/traces`;
  }

  #take(request: IncomingMessage, response: ServerResponse, body: string): void {
    this.requests.push({ headers: request.headers, body });
    const answer = this.answers.shift();
    if (answer !== undefined) answer(response);
    else this.#judge(request, response, body);
  }

  #judge(request: IncomingMessage, response: ServerResponse, body: string): void {
    try {
      assert.equal(`${request.method} ${request.url}`, 'POST /v1/traces');
      assert.equal(request.headers['content-type'], 'application/json');
      for (const { resource, scopeSpans } of judge(body).resourceSpans) {
        this.resources.push(attributesOf(resource));
        for (const { spans } of scopeSpans) this.spans.push(...spans);
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    } catch (fault) {
      this.faults.push(fault);
      response.writeHead(400).end();
    }
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

export function attributesOf({ attributes }: Pick<Span, 'attributes'>): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      'stringValue' in value ? value.stringValue : Number(value.intValue),
    ]),
  );
}
