/**
 * What one server offers to one capability profile: its lists, cut into definitions.
 *
 * Definitions keep the server's own bytes (schemas must reach the client unmodified, numbers and key order
 * included); only the span of the name or URI is known, so that a route can show it under another one.
 * An inventory is taken whole or not at all: half a list would look like withdrawn tools.
 */

import { isRefusal } from '../model.ts';
import { elements, type Member, members } from '../protocol/members.ts';
import { Kind, type Message } from '../protocol/message.ts';
import { type ParamMirror, paramMirrors } from '../protocol/param-mirror.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import { ask } from './ask.ts';
import type { Link } from './link.ts';

export interface Definition {
  /** The name (tools, prompts), URI (resources) or URI template (templates), decoded. */
  readonly key: string;
  readonly bytes: Buffer;
  /** Span of the key's JSON string in `bytes`. */
  readonly keyStart: number;
  readonly keyEnd: number;
  /** Arguments that HTTP mirrors into Mcp-Param headers; tools only. */
  readonly mirrors: readonly ParamMirror[];
  /** What the server claims of a tool (2025-03-26 ToolAnnotations); nothing where it does not say. */
  readonly hints: Hints;
}

export interface Hints {
  readonly readOnly: boolean;
  readonly destructive: boolean;
  readonly idempotent: boolean;
  readonly openWorld: boolean;
}

/** What the specification takes for granted of a tool whose server says nothing. */
export const NO_HINTS: Hints = {
  readOnly: false,
  destructive: true,
  idempotent: false,
  openWorld: true,
};

export interface Inventory {
  readonly tools: readonly Definition[];
  readonly prompts: readonly Definition[];
  readonly resources: readonly Definition[];
  readonly templates: readonly Definition[];
  /** How long the server says that this may be kept; Infinity where it announces changes instead. */
  readonly ttlMs: number;
  /** Whether the server allows every caller to see it ("public" in all of its answers). */
  readonly shareable: boolean;
  readonly takenAt: number;
  /** What the server says of how to use it; '' for nothing. */
  readonly instructions: string;
  /** What was kept back when this was reviewed. */
  readonly withdrawn: readonly Withdrawn[];
}

/** Something that a server offers and nobody is shown. */
export interface Withdrawn {
  readonly kind: Shelf['kind'] | 'instructions';
  /** Name, URI or URI template; '' for instructions. */
  readonly key: string;
  /** For the operator; quotes nothing of it. */
  readonly why: string;
}

/** A list endpoint and where its definitions carry their key. */
interface Shelf {
  readonly kind: 'tools' | 'prompts' | 'resources' | 'templates';
  readonly method: string;
  readonly capability: 'tools' | 'prompts' | 'resources';
  readonly member: string;
  readonly key: string;
}

const SHELVES: readonly Shelf[] = [
  { kind: 'tools', method: 'tools/list', capability: 'tools', member: 'tools', key: 'name' },
  {
    kind: 'prompts',
    method: 'prompts/list',
    capability: 'prompts',
    member: 'prompts',
    key: 'name',
  },
  {
    kind: 'resources',
    method: 'resources/list',
    capability: 'resources',
    member: 'resources',
    key: 'uri',
  },
  {
    kind: 'templates',
    method: 'resources/templates/list',
    capability: 'resources',
    member: 'resourceTemplates',
    key: 'uriTemplate',
  },
];

/** Bounds on what a server may make us keep. The largest public server lists about 1,500 tools. */
const DEFINITIONS_MAX = 20_000;
const PAGES_MAX = 500;
const INVENTORY_BYTES_MAX = 64 * 1024 * 1024;
/** Cursors are handed back as they came, and kept to see a list that goes in circles. */
const CURSOR_CHARS_MAX = 4096;
const OPEN_BRACKET = 0x5b;

/**
 * Asks for every list that the server declares, all pages. Those of a server that neither announces changes nor gives a
 * ttl are good for `unannouncedMs`.
 */
export async function takeInventory(
  link: Link,
  timeoutMs: number,
  unannouncedMs: number,
): Promise<Inventory | Refusal> {
  const capabilities = (link.hello.capabilities ?? {}) as Record<
    string,
    { listChanged?: boolean } | undefined
  >;
  const taken: Record<Shelf['kind'], Definition[]> = {
    tools: [],
    prompts: [],
    resources: [],
    templates: [],
  };
  const terms = { ttlMs: Number.POSITIVE_INFINITY, shareable: link.era === 'modern' };
  for (const shelf of SHELVES) {
    const capability = capabilities[shelf.capability];
    if (capability === undefined) continue;
    const fault = await takeShelf(link, shelf, taken[shelf.kind], terms, timeoutMs);
    if (fault !== undefined) return fault;
    if (link.era === 'legacy' && capability.listChanged !== true) {
      terms.ttlMs = Math.min(terms.ttlMs, unannouncedMs);
    }
  }
  const said = link.hello.instructions;
  const instructions = typeof said === 'string' ? said : '';
  return { ...taken, ...terms, takenAt: Date.now(), instructions, withdrawn: [] };
}

async function takeShelf(
  link: Link,
  shelf: Shelf,
  into: Definition[],
  terms: { ttlMs: number; shareable: boolean },
  timeoutMs: number,
): Promise<Refusal | undefined> {
  let cursor: string | undefined;
  let bytes = 0;
  const seen = new Set<string>();
  const cursors = new Set<string>();
  for (let page = 0; ; page++) {
    const reply = await ask(link, shelf.method, cursor === undefined ? {} : { cursor }, timeoutMs);
    if (isRefusal(reply)) return reply;
    if (reply.kind === Kind.error) return listFault(link, shelf, reply);
    const fields = fieldsOf(reply);
    const list = fields.get(shelf.member);
    if (list === undefined || reply.bytes[list.start] !== OPEN_BRACKET) {
      return badList(shelf, 'has no list in its answer');
    }
    bytes += reply.bytes.length;
    // One too many is enough to see that there are too many: a page of 16 MiB may hold a million.
    const room = DEFINITIONS_MAX - into.length + 1;
    for (const { start, end } of elements(reply.bytes, list.start, list.end, room)) {
      const definition = cut(reply.bytes, start, end, shelf);
      // A definition without a usable name cannot be called; the first of two equal ones is the one that answers.
      if (definition === undefined || seen.has(definition.key)) continue;
      seen.add(definition.key);
      into.push(definition);
    }
    if (page >= PAGES_MAX || into.length > DEFINITIONS_MAX || bytes > INVENTORY_BYTES_MAX) {
      return badList(shelf, 'is larger than the gateway keeps');
    }
    if (link.era === 'modern') readTerms(reply, fields, terms);
    const next = fields.get('nextCursor');
    cursor = next === undefined ? undefined : nextCursor(reply.bytes, next);
    if (cursor === undefined) return undefined;
    if (cursors.has(cursor) || cursor.length > CURSOR_CHARS_MAX) {
      return badList(shelf, 'has a cursor that leads nowhere');
    }
    cursors.add(cursor);
  }
}

interface Field {
  readonly start: number;
  readonly end: number;
}

function fieldsOf(reply: Message): Map<string, Field> {
  return new Map(
    members(reply.bytes, reply.bodyStart, reply.bodyEnd).map((member) => [member.key, member]),
  );
}

function nextCursor(bytes: Buffer, field: Field): string | undefined {
  const value: unknown = JSON.parse(bytes.utf8Slice(field.start, field.end));
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function readTerms(
  reply: Message,
  fields: Map<string, Field>,
  terms: { ttlMs: number; shareable: boolean },
): void {
  const ttl = fields.get('ttlMs');
  const scope = fields.get('cacheScope');
  const ttlMs = ttl === undefined ? 0 : Number(reply.bytes.latin1Slice(ttl.start, ttl.end));
  terms.ttlMs = Math.min(terms.ttlMs, Number.isFinite(ttlMs) && ttlMs > 0 ? ttlMs : 0);
  if (scope === undefined || reply.bytes.latin1Slice(scope.start, scope.end) !== '"public"') {
    terms.shareable = false;
  }
}

/** A definition in other words; undefined where it has no usable name. */
export function redefined(kind: Shelf['kind'], bytes: Buffer): Definition | undefined {
  const shelf = SHELVES.find((one) => one.kind === kind)!;
  return cut(bytes, 0, bytes.length, shelf);
}

/** Copies one definition out of the answer, so that the answer's buffer can go. */
function cut(reply: Buffer, start: number, end: number, shelf: Shelf): Definition | undefined {
  const bytes = Buffer.from(reply.subarray(start, end));
  if (bytes[0] !== 0x7b) return undefined;
  const fields = members(bytes, 0, bytes.length);
  const key = fields.find((member) => member.key === shelf.key);
  if (key === undefined || bytes[key.start] !== 0x22) return undefined;
  const schema =
    shelf.kind === 'tools' ? fields.find((member) => member.key === 'inputSchema') : undefined;
  const text = schema === undefined ? '' : bytes.utf8Slice(schema.start, schema.end);
  return {
    key: JSON.parse(bytes.utf8Slice(key.start, key.end)) as string,
    bytes,
    keyStart: key.start,
    keyEnd: key.end,
    mirrors: text.includes('x-mcp-header') ? paramMirrors(JSON.parse(text)) : [],
    hints: shelf.kind === 'tools' ? hintsOf(bytes, fields) : NO_HINTS,
  };
}

/** Only `true` and `false` count: a server that writes "yes" has not said it. */
function hintsOf(bytes: Buffer, fields: readonly Member[]): Hints {
  const field = fields.find((member) => member.key === 'annotations');
  if (field === undefined || bytes[field.start] !== 0x7b) return NO_HINTS;
  const inner = members(bytes, field.start, field.end);
  const says = (name: string, value: 'true' | 'false') => {
    const hint = inner.find((member) => member.key === name);
    return hint !== undefined && bytes.latin1Slice(hint.start, hint.end) === value;
  };
  return {
    readOnly: says('readOnlyHint', 'true'),
    destructive: !says('destructiveHint', 'false'),
    idempotent: says('idempotentHint', 'true'),
    openWorld: !says('openWorldHint', 'false'),
  };
}

/** A server that declares resources but has no templates method simply has none. */
function listFault(link: Link, shelf: Shelf, reply: Message): Refusal | undefined {
  const error = reply.value(reply.bodyStart, reply.bodyEnd) as { code?: unknown };
  if (error.code === -32601 && (shelf.kind === 'templates' || link.era === 'legacy')) {
    return undefined;
  }
  // These words reach clients and /readyz: a code that is text would be the server's own words there.
  const code = Number.isInteger(error.code) ? ` ${error.code}` : '';
  return badList(shelf, `answers ${shelf.method} with error${code}`);
}

function badList(shelf: Shelf, why: string): Refusal {
  return refuse('backend_unavailable', `The server's ${shelf.method} ${why}.`);
}
