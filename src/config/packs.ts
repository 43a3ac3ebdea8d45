/**
 * Rule packs: the files that `inspect.packs` names: a pack is the same wherever it is used.
 */

import { dirname, resolve } from 'node:path';
import { packSchema, packsFault, type RulePack } from '../inspect/config.ts';
import { readBeside } from './beside.ts';
import type { ConfigDocument } from './document.ts';
import type { Fault } from './fault.ts';

export interface Packs {
  readonly packs: readonly RulePack[];
  readonly faults: readonly Fault[];
  /** Absolute, those that could not be read among them: they may be about to appear. */
  readonly files: readonly string[];
}

export function readPacks(document: ConfigDocument, names: readonly string[]): Packs {
  const files = names.map((name) => resolve(dirname(document.file), name));
  const read = files.map((file, at) => readPack(document, file, at));
  const faults = read.flatMap((one) => ('faults' in one ? one.faults : []));
  const packs = read.flatMap((one) => ('faults' in one ? [] : [one]));
  const words = packsFault(packs);
  if (words !== undefined) faults.push(document.fault(['inspect', 'packs'], words));
  return { packs, faults, files };
}

function readPack(
  from: ConfigDocument,
  file: string,
  at: number,
): RulePack | { faults: readonly Fault[] } {
  const read = readBeside(file, packSchema, {});
  if ('faults' in read) return read;
  if ('unreadable' in read) {
    const words = `the file ${file} ${read.unreadable}`;
    return { faults: [from.fault(['inspect', 'packs', at], words)] };
  }
  return { ...read.value, file, sha256: read.sha256 };
}
