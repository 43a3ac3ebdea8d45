/**
 * Where two configurations differ, place by place, with the values as they may be shown.
 */

import { isDeepStrictEqual } from 'node:util';
import { pathText } from './fault.ts';

export interface Change {
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before?: unknown;
  readonly after?: unknown;
}

/** A configuration and what of it may be shown: of the same shape. */
export interface Pair {
  readonly whole: unknown;
  readonly shown: unknown;
}

/** Nobody reads more; a file that is replaced by another has thousands. */
const CHANGES_MAX = 1000;

export function differences(before: Pair, after: Pair): Change[] {
  const changes: Change[] = [];
  compare(before, after, [], changes);
  return changes;
}

function compare(before: Pair, after: Pair, path: readonly PropertyKey[], into: Change[]): void {
  if (into.length >= CHANGES_MAX || isDeepStrictEqual(before.whole, after.whole)) return;
  if (isGroup(before.whole) && isGroup(after.whole)) {
    const keys = new Set([...Object.keys(before.whole), ...Object.keys(after.whole)]);
    for (const key of keys) compare(at(before, key), at(after, key), [...path, key], into);
    return;
  }
  const isNew = before.whole === undefined;
  const kind = isNew ? 'added' : after.whole === undefined ? 'removed' : 'changed';
  into.push({
    path: pathText(path),
    kind,
    ...(isNew ? {} : { before: before.shown }),
    ...(after.whole === undefined ? {} : { after: after.shown }),
  });
}

function at({ whole, shown }: Pair, key: string): Pair {
  return { whole: memberOf(whole, key), shown: memberOf(shown, key) };
}

function memberOf(value: unknown, key: string): unknown {
  return isGroup(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
