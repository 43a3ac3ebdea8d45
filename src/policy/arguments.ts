/**
 * How much of a call's arguments rules may be asked about: what is larger is refused, not looked at in part.
 *
 * The bounds keep what follows short; what rules may do with arguments within them is counted in `cost.ts`.
 */

import type { Size } from './cost.ts';

export const ARGUMENTS_BYTES_MAX = 64 * 1024;
/** Members and elements, at every depth. */
const VALUES_MAX = 1_000;
const NONE: Readonly<Record<string, unknown>> = Object.freeze({});

/** The arguments, or undefined where they are no group or too many. `value`: what JSON.parse made of them. */
export function judgeable(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (value === undefined) return NONE;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return count(value, VALUES_MAX) < 0 ? undefined : (value as Record<string, unknown>);
}

/** How much there is in arguments that are judgeable. */
export function sizeOf(args: Readonly<Record<string, unknown>>): Size {
  const size = { values: 0, chars: 0, isNested: false };
  add(args, size, false);
  return size;
}

function add(value: object, size: { -readonly [K in keyof Size]: Size[K] }, isInList: boolean) {
  if (isInList) size.isNested = true;
  const isList = Array.isArray(value);
  for (const [key, inner] of Object.entries(value)) {
    size.values += 1;
    if (!isList) size.chars += key.length;
    if (typeof inner === 'string') size.chars += inner.length;
    else if (typeof inner === 'object' && inner !== null) add(inner, size, isList);
  }
}

/** What is left of `room`; below zero where it was not enough. */
function count(value: object, room: number): number {
  let left = room;
  for (const inner of Object.values(value)) {
    left -= 1;
    if (left < 0) return left;
    if (typeof inner === 'object' && inner !== null) left = count(inner, left);
  }
  return left;
}
