/**
 * Times a piece of work that takes no time worth mentioning: repeats it until a round can be read off the clock.
 *
 * For the micro benches. Says nothing about work that waits.
 */

const ROUNDS = 7;
const ROUND_MS = 18;
const REPEATS_MAX = 1e6;

/** What a run made, so that the compiler cannot leave it out. */
let sink: unknown;

/** Microseconds per run, median of rounds; the first rounds only find the number of repeats and warm up. */
export function time(work: () => unknown): number {
  let repeats = 1;
  const once = () => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < repeats; i++) sink = work();
    return Number(process.hrtime.bigint() - start) / 1000;
  };
  while (once() < ROUND_MS * 1000 && repeats < REPEATS_MAX) repeats *= 2;
  const rounds = Array.from({ length: ROUNDS }, () => once() / repeats).sort((a, b) => a - b);
  return rounds[ROUNDS >> 1]!;
}

/** Bytes of the young heap that one run leaves; the count is short enough that nothing is collected between. */
export function litter(work: () => unknown): number {
  const runs = 20_000;
  for (let i = 0; i < 5 * runs; i++) work();
  global.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < runs; i++) work();
  return (process.memoryUsage().heapUsed - before) / runs;
}

/** A table with right-aligned figures: one row per `[name, us…]`. */
export function print(
  head: readonly string[],
  rows: readonly (readonly [string, ...number[]])[],
): void {
  const [first = '', ...titles] = head;
  const width = Math.max(first.length, ...rows.map(([name]) => name.length));
  console.log(first.padEnd(width) + titles.map((title) => title.padStart(14)).join(''));
  for (const [name, ...figures] of rows) {
    console.log(name.padEnd(width) + figures.map((us) => us.toFixed(3).padStart(14)).join(''));
  }
}

/** Keeps what was made alive until the end of the program. */
export function made(): unknown {
  return sink;
}
