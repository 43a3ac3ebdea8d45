/** Chance without luck: what is drawn by chance alone may never come in a short run. */

import { FAULTS, SERVERS, type ServerName } from './house.ts';

export type Draw = (below: number) => number;

/** Each once in random order, then again in another: a short run has them all. */
export function inTurns<T>(all: readonly T[], draw: Draw): () => T {
  let rest: T[] = [];
  return () => {
    if (rest.length === 0) rest = [...all];
    return rest.splice(draw(rest.length), 1)[0]!;
  };
}

/** The next fault of each server, for all clients together. */
export type Turns = Readonly<Record<ServerName, () => string>>;

export function faultsInTurns(draw: Draw): Turns {
  const entries = SERVERS.map((server) => [server, inTurns(FAULTS[server], draw)]);
  return Object.fromEntries(entries) as Turns;
}
