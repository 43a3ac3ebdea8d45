/**
 * What compiled checks call: regular expressions that cannot hang, formats, and ajv's own small functions.
 *
 * Patterns are run by RE2 (re2js), which is linear in the text: a pattern of a server must not be able to hold the loop.
 * What RE2 does not know (lookaround, back references) is not checked, and said so.
 */

import { createRequire } from 'node:module';
import { fastFormats, fullFormats } from 'ajv-formats/dist/formats.js';
import { RE2JS } from 're2js';

export interface Pattern {
  readonly test: (text: string) => boolean;
  /** ajv takes two patterns with the same text for one: it must tell them apart. */
  readonly toString: () => string;
}

/** Names by which compiled code asks for these. */
export const PATTERNS = 'sluice/patterns';
export const FORMATS_NAME = 'sluice/formats';

/** For words that are no longer than this; a longer one is no address, date or host, and some expressions are quadratic. */
const FORMAT_CHARS_MAX = 1024;
/** Linear ones of ajv-formats, for texts that may be long. */
const LONG = ['uri', 'uri-reference', 'byte', 'json-pointer'] as const;

type Check = (text: string) => boolean;

export const FORMATS: Readonly<Record<string, Check>> = Object.freeze(
  Object.assign(
    Object.create(null) as Record<string, Check>,
    Object.fromEntries(
      Object.entries(fullFormats).flatMap(([name, format]) => {
        const check = checkOf(format);
        if (check === undefined) return [];
        return [[name, (text: string) => text.length <= FORMAT_CHARS_MAX && check(text)]];
      }),
    ),
    Object.fromEntries(
      LONG.flatMap((name) => {
        const check = checkOf(fastFormats[name]);
        return check === undefined ? [] : [[name, check]];
      }),
    ),
  ),
);

/** Text formats only: those of numbers are for types that JSON does not have. */
function checkOf(format: unknown): Check | undefined {
  if (format instanceof RegExp) return (text) => format.test(text);
  if (typeof format === 'function') return format as Check;
  if (typeof format !== 'object' || format === null) return undefined;
  const { type, validate } = format as { type?: string; validate?: unknown };
  return type === 'number' ? undefined : checkOf(validate);
}

/** Undefined where RE2 does not know the pattern. */
export function patternOf(source: string): Pattern | undefined {
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(source));
    return { test: (text) => compiled.test(text), toString: () => `re2:${source}` };
  } catch {
    return undefined;
  }
}

/** For compiled code: what the worker could not compile lets everything through, and is among the gaps. */
export function patternOrAny(source: string): Pattern {
  return patternOf(source) ?? { test: () => true, toString: () => `any:${source}` };
}

const RUNTIME = /^ajv\/dist\/runtime\/(?:equal|ucs2length|uri|validation_error)$/;
const load = createRequire(import.meta.url);

/** The `require` of compiled code: nothing else can be named there. */
export function requireFor(name: string): unknown {
  if (name === PATTERNS) return patternOrAny;
  if (name === FORMATS_NAME) return FORMATS;
  if (RUNTIME.test(name)) return load(name);
  throw new Error('compiled checks name something else');
}
