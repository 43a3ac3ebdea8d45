/** The strings of a message, keys included. */

import type { Leaf } from './rule.ts';

export function leavesOf(value: unknown, path = ''): Leaf[] {
  if (typeof value === 'string') return [leaf(value, path, false)];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return [...(Array.isArray(value) ? [] : [leaf(key, at, true)]), ...leavesOf(child, at)];
  });
}

const leaf = (text: string, path: string, isKey: boolean): Leaf => ({
  text,
  path,
  start: -1,
  end: -1,
  isKey,
});
