/**
 * Until when a message is looked at, for the one who looks: it stops by itself. To end its thread instead would take along
 * what that has compiled, three seconds of work, and whoever sends slow messages would have all threads start anew for ever.
 */

const { timeOrigin } = performance;

/** In milliseconds since 1970, monotonic, and the same in all threads of a process. */
export const clockMs = (): number => timeOrigin + performance.now();

/** What a thread answers then: an error would lose its name on the way. */
export const LATE = 'late';

export class OutOfTime extends Error {}

/** Throws OutOfTime once the time is over; asked between pieces of work of some milliseconds. Where there is no end the clock is not read. */
export function checkTime(until: number): void {
  if (until !== Number.POSITIVE_INFINITY && clockMs() > until) throw new OutOfTime();
}
