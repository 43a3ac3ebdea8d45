/**
 * How long to wait before trying again: doubling, bounded, and spread, so that many who failed together do not come
 * back together.
 */

/**
 * The wait after `failures` earlier failures in a row: between half and all of `firstMs` doubled as many times, so
 * never near zero. `random` is in [0, 1).
 */
export function backoffMs(
  failures: number,
  firstMs: number,
  maxMs: number,
  random: number,
): number {
  const ceilingMs = Math.min(maxMs, firstMs * 2 ** Math.min(failures, 30));
  return ceilingMs / 2 + (random * ceilingMs) / 2;
}
