/**
 * How much of a call's arguments rules may be asked about: what is larger is refused, not looked at in part.
 *
 * The bounds keep the dearest expression that the configuration allows (a quantifier with a search in its body) within a
 * few milliseconds: see bench/micro/access.ts.
 */

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
