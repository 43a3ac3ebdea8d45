/**
 * What the exit code of every command means. Scripts test these; they do not change.
 */

export const EXIT = {
  ok: 0,
  /** It found what it looked for to be wrong: a server that does not start, a tool that failed. */
  wrong: 1,
  /** Usage or configuration (EX_USAGE of sysexits.h). */
  usage: 64,
  /** Something needed is unavailable (EX_UNAVAILABLE). */
  unavailable: 69,
  /** A bug in the gateway (EX_SOFTWARE). */
  bug: 70,
} as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];
