/**
 * A mix of calls from a file, YAML or JSON: a list of kinds of calls, or an object with the list under `mix`.
 *
 *   - { tool: echo, args: { message: "" }, size: 2k, weight: 9 }
 *   - { method: tools/list, weight: 1 }
 */

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { STEPS_MAX, type Step } from './plan.ts';
import { parseBytes } from './units.ts';

const FILE_BYTES_MAX = 16 * 1024 * 1024;

const stepSchema = z
  .strictObject({
    tool: z.string().min(1).optional(),
    args: z.record(z.string(), z.unknown()).optional(),
    method: z.string().min(1).optional(),
    params: z.record(z.string(), z.unknown()).optional(),
    uri: z.string().min(1).optional(),
    size: z.union([z.number(), z.string()]).optional(),
    weight: z.number().positive().optional(),
    expect: z.enum(['result', 'error']).optional(),
  })
  .refine(({ tool, method }) => (tool === undefined) !== (method === undefined), {
    error: 'names either a tool or a method',
  });
const listSchema = z.array(stepSchema).min(1).max(STEPS_MAX);
const fileSchema = z.union([listSchema, z.strictObject({ mix: listSchema })]);

export type Scenario =
  | { readonly ok: true; readonly mix: readonly Step[] }
  | { readonly ok: false; readonly words: string };

export function readScenario(file: string): Scenario {
  let value: unknown;
  try {
    const text = readFileSync(file, 'utf8');
    if (text.length > FILE_BYTES_MAX) return { ok: false, words: `${file} is too large.` };
    // YAML is a superset of JSON. Aliases could make a small file a large one.
    value = parse(text, { maxAliasCount: 100 });
  } catch (error) {
    return { ok: false, words: `${file} cannot be read: ${(error as Error).message}` };
  }
  const found = fileSchema.safeParse(Array.isArray(value) ? { mix: value } : value);
  if (!found.success) return { ok: false, words: `${file}: ${z.prettifyError(found.error)}` };
  const list = Array.isArray(found.data) ? found.data : found.data.mix;
  const mix = list.map(stepOf);
  const wrong = mix.findIndex(({ size }) => size !== undefined && Number.isNaN(size));
  if (wrong >= 0) return { ok: false, words: `${file}: the size of ${wrong + 1} is not a size.` };
  return { ok: true, mix };
}

function stepOf({ size, uri, params, ...rest }: z.infer<typeof stepSchema>): Step {
  const bytes = size === undefined ? undefined : (parseBytes(String(size)) ?? Number.NaN);
  const whole = uri === undefined ? params : { ...params, uri };
  const all = { ...rest, size: bytes, params: whole };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Step;
}
