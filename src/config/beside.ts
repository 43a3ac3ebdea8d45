/**
 * Other files of the operator (rule packs, tables of expectations), read and judged as the configuration is: every fault at
 * its own place, and nothing of a file that has one. Nothing is filled in from variables or other files there.
 */

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FILE_BYTES_MAX, parseFile, readBounded } from './document.ts';
import type { Fault } from './fault.ts';
import { faultsOf, unfold } from './problems.ts';
import type { JsonSchema } from './schema.ts';

export type Beside<T> =
  | { readonly value: T; readonly sha256: string }
  | { readonly faults: readonly Fault[] }
  /** A sentence without its subject: "does not exist". */
  | { readonly unreadable: string };

/** `empty`: what a file with nothing in it means. */
export function readBeside<S extends z.ZodType>(
  file: string,
  schema: S,
  empty: unknown = null,
): Beside<z.output<S>> {
  const bytes = readBounded(file, FILE_BYTES_MAX);
  if (typeof bytes === 'string') return { unreadable: bytes };
  const document = parseFile(file, bytes.toString('utf8'));
  if (!('yaml' in document)) return { faults: document };
  const plain = document.value();
  if (!plain.ok) return { faults: [document.fault([], plain.words)] };
  const value = plain.value ?? empty;
  const read = schema.safeParse(value);
  if (read.success) {
    return { value: read.data, sha256: createHash('sha256').update(bytes).digest('hex') };
  }
  const shape = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as JsonSchema;
  const problems = unfold(read.error.issues, value);
  return { faults: problems.flatMap((one) => faultsOf(document, one, value, shape)) };
}
