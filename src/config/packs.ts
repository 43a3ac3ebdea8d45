/**
 * Rule packs: the files that `inspect.packs` names, read and judged as the file itself is, with faults at their own places.
 *
 * Nothing is filled in from variables or other files there: a pack is the same wherever it is used.
 */

import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { packSchema, packsFault, type RulePack } from '../inspect/config.ts';
import { type ConfigDocument, FILE_BYTES_MAX, parseFile, readBounded } from './document.ts';
import type { Fault } from './fault.ts';
import { faultsOf, unfold } from './problems.ts';
import type { JsonSchema } from './schema.ts';

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

function readPack(from: ConfigDocument, file: string, at: number): RulePack | { faults: Fault[] } {
  const bytes = readBounded(file, FILE_BYTES_MAX);
  if (typeof bytes === 'string') {
    return { faults: [from.fault(['inspect', 'packs', at], `the file ${file} ${bytes}`)] };
  }
  const document = parseFile(file, bytes.toString('utf8'));
  if (!('yaml' in document)) return { faults: [...document] };
  const plain = document.value();
  if (!plain.ok) return { faults: [document.fault([], plain.words)] };
  const value = plain.value ?? {};
  const { data, error } = packSchema.safeParse(value);
  if (data === undefined) {
    const problems = unfold(error.issues, value);
    return { faults: problems.flatMap((one) => faultsOf(document, one, value, packJsonSchema())) };
  }
  return { ...data, file, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function packJsonSchema(): JsonSchema {
  return z.toJSONSchema(packSchema, { io: 'input', target: 'draft-7' }) as JsonSchema;
}
