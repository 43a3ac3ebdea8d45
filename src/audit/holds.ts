/**
 * Legal holds: what they cover is not deleted, however old it is.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../lib/replace-file.ts';

export interface Hold {
  readonly name: string;
  readonly reason: string;
  /** When it was set, and what it covers: ISO times, '' for no bound. */
  readonly since: string;
  readonly from: string;
  readonly to: string;
}

const FILE = 'holds.json';

/** Throws where the file is there and cannot be read: what may be held must not be deleted. */
export function readHolds(dir: string): Hold[] {
  let text: string;
  try {
    text = readFileSync(join(dir, FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const holds: unknown = JSON.parse(text);
  if (!Array.isArray(holds) || !holds.every(isHold)) throw new Error(`${FILE} is no list of holds`);
  return holds;
}

/** One that lacks a bound would cover nothing. */
function isHold(hold: unknown): hold is Hold {
  if (typeof hold !== 'object' || hold === null) return false;
  const { name, reason, since, from, to } = hold as Record<string, unknown>;
  return [name, reason, since, from, to].every((text) => typeof text === 'string');
}

export function writeHolds(dir: string, holds: readonly Hold[]): void {
  replaceFile(join(dir, FILE), `${JSON.stringify(holds, null, 2)}\n`);
}

/** Whether a hold covers something between these times. */
export function isHeld(holds: readonly Hold[], from: string, to: string): boolean {
  return holds.some((hold) => {
    return (hold.to === '' || from <= hold.to) && (hold.from === '' || to >= hold.from);
  });
}
