/**
 * tools/list, prompts/list, resources/list, resources/templates/list: a route's catalogue, page by page.
 *
 * A list names in `_meta` the servers that it lacks or shows from memory, and is an error rather than empty where
 * nothing behind the route could be reached: "connected, 0 tools" looks like an answer.
 */

import type { Catalog } from '../backends/backends.ts';
import { refuse } from '../protocol/refusal.ts';
import type { Call } from './call.ts';
import { reaches } from './permit.ts';
import { visibleCatalog } from './visible.ts';

interface Page {
  readonly shelf: 'tools' | 'prompts' | 'resources' | 'templates';
  /** The result's member that holds the list. */
  readonly member: string;
}

export const LISTS: Readonly<Record<string, Page>> = Object.assign(Object.create(null), {
  'tools/list': { shelf: 'tools', member: 'tools' },
  'prompts/list': { shelf: 'prompts', member: 'prompts' },
  'resources/list': { shelf: 'resources', member: 'resources' },
  'resources/templates/list': { shelf: 'templates', member: 'resourceTemplates' },
});

/** Large, because some clients read one page only and would silently lack the rest. */
const PAGE_ENTRIES_MAX = 1_000;
const PAGE_BYTES_MAX = 2 * 1024 * 1024;

export async function list(call: Call, page: Page): Promise<void> {
  const { route, profile } = call;
  if (!route.isSettled(profile)) await route.settle(profile);
  if (call.isDone) return;
  const catalog = visibleCatalog(call);
  const enabled = route.members.filter(
    (member) => member.status !== 'disabled' && reaches(call, member.name),
  );
  if (enabled.length > 0 && catalog.missing.length === enabled.length) {
    const words = enabled.map((member) => unavailable(member.name, member.fault?.words)).join(' ');
    call.refuse(refuse('backend_unavailable', words, { servers: catalog.missing }));
    return;
  }
  const start = cursorOf(call);
  const total = catalog[page.shelf].size;
  if (start === undefined || start > total) {
    call.refuse(refuse('invalid_params', 'The cursor is not valid here. Start the list again.'));
    return;
  }
  call.answer(pageBytes(call, catalog, page, start), 200);
}

function unavailable(name: string, why: string | undefined): string {
  return `The server "${name}" is not available.${why === undefined ? '' : ` ${why}`}`;
}

/** A cursor is the index of the next entry; 0 where there is none, undefined where it is not ours. */
function cursorOf(call: Call): number | undefined {
  const { message } = call;
  const params = message.value(message.paramsStart, message.paramsEnd) as
    | { cursor?: unknown }
    | undefined;
  if (params?.cursor === undefined) return 0;
  if (typeof params.cursor !== 'string' || params.cursor.length > 32) return undefined;
  const text = Buffer.from(params.cursor, 'base64url').toString('latin1');
  return /^n[0-9]{1,9}$/.test(text) ? Number(text.slice(1)) : undefined;
}

/** How long a list may be kept whose servers announce changes instead. */
const TTL_MS = 300_000;

/** What is left of the servers' own time: a list is not made young by being handed on. One with a hole is not kept. */
function ttlMs({ missing, stale, goodUntil }: Catalog): number {
  if (missing.length + stale.length > 0) return 0;
  return Math.max(0, Math.min(TTL_MS, goodUntil - Date.now()));
}

/** First pages without their ids and terms, kept as long as their catalogue. */
const firstPages = new WeakMap<Catalog, Map<string, Buffer>>();

function pageBytes(call: Call, catalog: Catalog, page: Page, start: number): Buffer {
  const key = `${page.shelf} ${call.isModern}`;
  let kept = firstPages.get(catalog);
  if (kept === undefined) {
    kept = new Map();
    firstPages.set(catalog, kept);
  }
  let body = start === 0 ? kept.get(key) : undefined;
  body ??= resultBytes(catalog, page, start, call.isModern);
  if (start === 0) kept.set(key, body);
  const terms = call.isModern ? `"ttlMs":${ttlMs(catalog)},` : '';
  const head = Buffer.from(`{"jsonrpc":"2.0","id":${call.id},"result":{${terms}`);
  return Buffer.concat([head, body, Buffer.from('}')]);
}

/** The result without its opening brace, so that what changes with every answer can stand first. */
function resultBytes(catalog: Catalog, page: Page, start: number, modern: boolean): Buffer {
  const parts: Buffer[] = [Buffer.from(`"${page.member}":[`)];
  let bytes = 0;
  let at = 0;
  let next = -1;
  for (const { definition } of catalog[page.shelf].values()) {
    if (at >= start) {
      const full = at - start >= PAGE_ENTRIES_MAX || bytes + definition.length > PAGE_BYTES_MAX;
      if (full && at > start) {
        next = at;
        break;
      }
      if (at > start) parts.push(COMMA);
      parts.push(definition);
      bytes += definition.length;
    }
    at += 1;
  }
  const tail: Record<string, unknown> = {};
  if (next >= 0) tail.nextCursor = Buffer.from(`n${next}`).toString('base64url');
  if (modern) {
    tail.resultType = 'complete';
    tail.cacheScope = catalog.shareable ? 'public' : 'private';
  }
  const meta = absences(catalog);
  if (meta !== undefined) tail._meta = meta;
  const text = JSON.stringify(tail);
  parts.push(Buffer.from(text === '{}' ? ']}' : `],${text.slice(1)}`));
  return Buffer.concat(parts);
}

const COMMA = Buffer.from(',');

/** `_meta` keys of ours carry a prefix of our own, as the specification asks. */
function absences(catalog: Catalog): Record<string, readonly string[]> | undefined {
  if (catalog.missing.length + catalog.stale.length === 0) return undefined;
  return {
    ...(catalog.missing.length > 0 ? { 'dev.sluice/missing': catalog.missing } : {}),
    ...(catalog.stale.length > 0 ? { 'dev.sluice/stale': catalog.stale } : {}),
  };
}
