/**
 * Where counts live. One implementation, in the memory of this process; one that several processes share would hand out
 * leases of counts in the background, so that this interface stays synchronous and no call waits for it.
 *
 * Two steps, because a call may be under several limits: all are asked first, and only a call that all of them let
 * through is charged. Between the two nothing else runs.
 */

export interface Counter {
  /** How long until `cost` fits, in milliseconds: 0 where it fits now, Infinity where it never will. Takes nothing. */
  waitMs(key: number, cost: number, now: number): number;
  /** Takes `cost`, whether it fits or not: what a call used up may be known only afterwards. */
  charge(key: number, cost: number, now: number): void;
}
