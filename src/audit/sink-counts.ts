/**
 * What is counted of sinks, in memory that both threads see: records taken, attempts in vain, segments skipped, bytes on
 * disk that a sink has not got yet, attempts in vain since it last took something, lines that are no
 * records, and records that a sink refuses.
 */

export const Count = {
  taken: 0,
  failures: 1,
  skipped: 2,
  behind: 3,
  failing: 4,
  noRecords: 5,
  setAside: 6,
} as const;

const COUNTS = Object.keys(Count).length;
const { BYTES_PER_ELEMENT } = Float64Array;

export function countsFor(sinks: number): SharedArrayBuffer {
  return new SharedArrayBuffer(sinks * COUNTS * BYTES_PER_ELEMENT);
}

/** Of the sink at this place of the configuration. */
export function countsOf(memory: SharedArrayBuffer, at: number): Float64Array {
  return new Float64Array(memory, at * COUNTS * BYTES_PER_ELEMENT, COUNTS);
}
