/**
 * From a schema to the source text of a check, by ajv. Runs in the worker: it takes milliseconds for a small schema.
 *
 * Each schema has an ajv of its own: in a shared one, an `$id` in the schema of one server could be found by a `$ref` of
 * another's. Nothing is ever fetched: a reference that leads out of the schema is a fault.
 */

import { _, Ajv, type Options } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { type Measure, measure, SCHEMA_BYTES_MAX } from './bounds.ts';
import { FORMATS, FORMATS_NAME, PATTERNS, patternOf } from './library.ts';

export interface Compiled {
  /** The body of a CommonJS module that exports the check. */
  readonly source: string;
  readonly measured: Measure;
  /** Parts of the schema that are not checked, in words. */
  readonly gaps: readonly string[];
}

const SOURCE_CHARS_MAX = 2 * 1024 * 1024;
const PATTERN_CHARS_MAX = 4096;

/** Of each dialect one that knows its own rules for schemas. */
const judges = {
  '7': new Ajv(judge()),
  '2019': new Ajv2019(judge()),
  '2020': new Ajv2020(judge()),
};
type Dialect = keyof typeof judges;
const CLASSES = { '7': Ajv, '2019': Ajv2019, '2020': Ajv2020 };
const META_IDS: Record<Dialect, string> = {
  '7': 'http://json-schema.org/draft-07/schema',
  '2019': 'https://json-schema.org/draft/2019-09/schema',
  '2020': 'https://json-schema.org/draft/2020-12/schema',
};

function judge(): Options {
  return { strict: false, logger: false };
}

/** The check of a schema, or why there is none. */
export function compile(text: string): Compiled | string {
  if (text.length > SCHEMA_BYTES_MAX) return `it is larger than ${SCHEMA_BYTES_MAX} bytes`;
  const schema: unknown = JSON.parse(text);
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    return 'it is not an object';
  }
  const measured = measure(schema);
  if (typeof measured === 'string') return measured;
  const dialect = dialectOf((schema as { $schema?: unknown }).$schema);
  if (dialect === undefined) return 'its $schema is not known here';
  const bare = Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema'));
  if (judges[dialect].validate(META_IDS[dialect], bare) !== true) {
    const path = judges[dialect].errors?.[0]?.instancePath ?? '';
    return `it is not a valid schema${path === '' ? '' : ` at ${path.slice(0, 100)}`}`;
  }
  const gaps = new Set<string>();
  try {
    const source = sourceOf(dialect, bare, gaps);
    if (source.length > SOURCE_CHARS_MAX) return 'its check would be too large';
    return { source, measured, gaps: [...gaps] };
  } catch (error) {
    // The words of ajv quote the schema, which is the server's: cut, and for the log only.
    return `it cannot be compiled: ${String((error as Error).message).slice(0, 200)}`;
  }
}

function sourceOf(dialect: Dialect, schema: object, gaps: Set<string>): string {
  const engine = Object.assign(
    (source: string) => {
      const pattern = source.length > PATTERN_CHARS_MAX ? undefined : patternOf(source);
      if (pattern !== undefined) return pattern;
      gaps.add('a pattern that RE2 does not know');
      return { test: () => true, toString: () => `any:${source}` };
    },
    { code: `require(${JSON.stringify(PATTERNS)})` },
  );
  const ajv = new CLASSES[dialect]({
    meta: false,
    validateSchema: false,
    strict: false,
    logger: false,
    // Errors carry the part of the schema that they are about: see words.ts.
    verbose: true,
    // What an object inherits is not in the message: `toString` is no argument.
    ownProperties: true,
    code: { source: true, regExp: engine, formats: _`require(${FORMATS_NAME})` },
  });
  for (const [name, check] of Object.entries(FORMATS)) ajv.addFormat(name, check);
  return (standalone as unknown as typeof standalone.default)(ajv, ajv.compile(schema));
}

/** 2020-12 where nothing is said (2026-07-28 and 2025-11-25 server/tools). Draft 6 differs from 7 by keywords it lacks. */
function dialectOf(name: unknown): Dialect | undefined {
  if (name === undefined) return '2020';
  if (typeof name !== 'string') return undefined;
  const plain = name.replace(/#$/, '').replace(/^https:/, 'http:');
  if (plain === 'http://json-schema.org/draft/2020-12/schema') return '2020';
  if (plain === 'http://json-schema.org/draft/2019-09/schema') return '2019';
  return /^http:\/\/json-schema\.org\/draft-0[67]\/schema$/.test(plain) ? '7' : undefined;
}
