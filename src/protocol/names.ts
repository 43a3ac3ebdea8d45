/**
 * The member names that the gateway reads, level by level, and the two ways in which a key can name them.
 *
 * Some servers (Go's encoding/json before all) match keys without regard to case and let the last one win. A key that
 * names something only to them is therefore as dangerous as a duplicate: it would be executed and not judged.
 * Knows nothing of values; `scan.ts` asks it about each key at the levels that matter.
 */

import { META } from './eras.ts';

/** Where an object stands in the message. Plain objects hold data and no names of ours. */
export const Level = { plain: 0, arguments: 1, top: 2, params: 3, meta: 4, result: 5 } as const;
export type Level = (typeof Level)[keyof typeof Level];

/** What a known member is to `Message`; `none` is known by name only. */
export const Slot = {
  none: 0,
  jsonrpc: 1,
  id: 2,
  method: 3,
  params: 4,
  result: 5,
  error: 6,
  meta: 7,
  name: 8,
  uri: 9,
  arguments: 10,
  ownToken: 11,
  requestState: 12,
  inputResponses: 13,
  requestId: 14,
  metaToken: 15,
  version: 16,
  capabilities: 17,
  logLevel: 18,
  subscription: 19,
  resultType: 20,
  isError: 21,
  traceparent: 22,
  tracestate: 23,
  baggage: 24,
} as const;
export type Slot = (typeof Slot)[keyof typeof Slot];

/** `find` found no name: the key is unknown, or is a known name only to those who ignore case. */
export const UNKNOWN = -1;
export const FOLDED = -2;

/** ASCII upper case to lower case, all other bytes to themselves. */
export const LOWER = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte,
);

/**
 * Folds case at least as eagerly as Unicode simple folding does: U+017F becomes s, U+212A becomes k. By code point,
 * because String.prototype.toLowerCase looks at the neighbours of a final sigma.
 */
export function fold(text: string): string {
  let folded = '';
  for (const point of text) folded += point.toUpperCase().toLowerCase();
  return folded;
}

/** Length and three bytes, case folded, tell most siblings apart; an empty key reads its own quotes. */
export function markOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  return (
    (length << 24) |
    (LOWER[bytes[start]!]! << 16) |
    (LOWER[bytes[start + (length >> 1)]!]! << 8) |
    LOWER[bytes[end - 1]!]!
  );
}

export interface Known {
  /** With the closing quote. */
  readonly quoted: Uint8Array;
  readonly mark: number;
  /** The known name that followed it in the last message: most writers keep to one order. */
  next: Known | null;
  readonly length: number;
  readonly exact: Uint8Array;
  readonly folded: Uint8Array;
  readonly slot: Slot;
  readonly child: Level;
}

/** One level's names, found by length and last letter. */
export class Names {
  readonly #buckets: (readonly Known[])[] = Array.from({ length: 64 }, () => []);
  readonly #folded = new Set<string>();
  /** The level of the value under the name found last. */
  child: Level = Level.plain;
  /** What `find` found last; null where it found none. */
  found: Known | null = null;
  /** The known name that came first in the last object of this level. */
  first: Known | null = null;

  constructor(names: readonly (readonly [string, Slot?, Level?])[]) {
    for (const [name, slot = Slot.none, child = Level.plain] of names) {
      const exact = Buffer.from(name);
      const folded = Buffer.from(fold(name));
      const index = (exact.length * 7 + folded[folded.length - 1]!) & 63;
      this.#buckets[index] = [
        ...this.#buckets[index]!,
        {
          quoted: Buffer.from(`${name}"`),
          mark: markOf(exact, 0, exact.length),
          next: null,
          length: exact.length,
          exact,
          folded,
          slot,
          child,
        },
      ];
      this.#folded.add(fold(name));
    }
  }

  /** The slot of the key in [start, end), or UNKNOWN or FOLDED. `ascii`: the key has no byte above 0x7f. */
  find(bytes: Buffer, start: number, end: number, ascii: boolean): number {
    this.child = Level.plain;
    this.found = null;
    if (!ascii) return this.#folded.has(fold(bytes.utf8Slice(start, end))) ? FOLDED : UNKNOWN;
    if (start === end) return UNKNOWN;
    const length = end - start;
    const bucket = this.#buckets[(length * 7 + LOWER[bytes[end - 1]!]!) & 63]!;
    for (let i = 0; i < bucket.length; i++) {
      const known = bucket[i]!;
      if (known.length !== length) continue;
      let at = 0;
      while (at < length && bytes[start + at] === known.exact[at]) at++;
      if (at === length) {
        this.child = known.child;
        this.found = known;
        return known.slot;
      }
      while (at < length && LOWER[bytes[start + at]!] === known.folded[at]) at++;
      if (at === length) return FOLDED;
    }
    return UNKNOWN;
  }
}

/** Whether the key that begins at `start` is this one, to its closing quote. */
export function isKey(bytes: Uint8Array, start: number, known: Known): boolean {
  const { quoted } = known;
  for (let at = 0; at < quoted.length; at++) {
    if (bytes[start + at] !== quoted[at]) return false;
  }
  return true;
}

/** By `Level`. Names without a slot are read elsewhere (`initialize`, lists, results): their look-alikes are refused too. */
export const NAMES: readonly Names[] = [
  new Names([]),
  new Names([]),
  new Names([
    ['jsonrpc', Slot.jsonrpc],
    ['id', Slot.id],
    ['method', Slot.method],
    ['params', Slot.params, Level.params],
    ['result', Slot.result, Level.result],
    ['error', Slot.error],
  ]),
  new Names([
    ['_meta', Slot.meta, Level.meta],
    ['name', Slot.name],
    ['uri', Slot.uri],
    ['arguments', Slot.arguments, Level.arguments],
    ['progressToken', Slot.ownToken],
    ['requestState', Slot.requestState],
    ['inputResponses', Slot.inputResponses],
    ['requestId', Slot.requestId],
    ['argument'],
    ['capabilities'],
    ['clientInfo'],
    ['cursor'],
    ['level'],
    ['protocolVersion'],
    ['ref'],
    ['task'],
  ]),
  new Names([
    ['progressToken', Slot.metaToken],
    [`${META}protocolVersion`, Slot.version],
    [`${META}clientCapabilities`, Slot.capabilities],
    [`${META}logLevel`, Slot.logLevel],
    [`${META}subscriptionId`, Slot.subscription],
    [`${META}clientInfo`],
    ['traceparent', Slot.traceparent],
    ['tracestate', Slot.tracestate],
    ['baggage', Slot.baggage],
  ]),
  new Names([
    ['_meta', Slot.meta],
    ['resultType', Slot.resultType],
    ['capabilities'],
    ['content'],
    ['contents'],
    ['inputRequests'],
    ['isError', Slot.isError],
    ['messages'],
    ['nextCursor'],
    ['prompts'],
    ['protocolVersion'],
    ['requestState'],
    ['resourceTemplates'],
    ['resources'],
    ['structuredContent'],
    ['tools'],
  ]),
];
