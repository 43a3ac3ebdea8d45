/**
 * A tool's arguments from a command line: `--args JSON`, or `key=value` read as the tool's schema says.
 *
 * Only the top level of the schema is looked at, and only to tell `7` the number from `7` the text; whether the arguments
 * are right is for the server to say.
 */

import { jsonOf } from '../lib/json.ts';

export type Parsed =
  | { readonly ok: true; readonly args: Record<string, unknown> }
  | { readonly ok: false; readonly words: string };

type Schema = { properties?: Record<string, { type?: unknown }>; additionalProperties?: unknown };

export function argumentsFrom(json: string | undefined, pairs: readonly string[]): Parsed | Pairs {
  if (json !== undefined && pairs.length > 0) {
    return { ok: false, words: 'Give the arguments as --args or as key=value, not both.' };
  }
  if (json === undefined) return new Pairs(pairs);
  const value = jsonOf(json);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { ok: true, args: value as Record<string, unknown> };
  }
  return { ok: false, words: '--args must be a JSON object, such as \'{"path":"a.txt"}\'.' };
}

/** Pairs that wait for the schema. */
export class Pairs {
  readonly #pairs: readonly string[];

  constructor(pairs: readonly string[]) {
    this.#pairs = pairs;
  }

  /** What is wrong whatever the schema says. */
  get fault(): string | undefined {
    const wrong = this.#pairs.find((pair) => pair.indexOf('=') < 1);
    return wrong === undefined ? undefined : `"${wrong}" is not key=value.`;
  }

  read(schema: unknown): Parsed {
    const properties = (schema as Schema | undefined)?.properties ?? {};
    const entries: [string, unknown][] = [];
    for (const pair of this.#pairs) {
      const split = pair.indexOf('=');
      const key = pair.slice(0, split);
      if (entries.some(([one]) => one === key)) {
        return { ok: false, words: `"${key}" is given twice.` };
      }
      const type = Object.hasOwn(properties, key) ? properties[key]?.type : undefined;
      const value = typed(pair.slice(split + 1), type);
      if (value === undefined) return { ok: false, words: `"${key}" must be ${String(type)}.` };
      entries.push([key, value]);
    }
    return { ok: true, args: Object.fromEntries(entries) };
  }
}

function typed(text: string, type: unknown): unknown {
  const types = Array.isArray(type) ? type : [type];
  // Text is what a command line gives; it is taken for something else only where the schema leaves no choice.
  if (types.includes('string') || type === undefined) return text;
  const value = jsonOf(text);
  return types.includes(kindOf(value)) || (types.includes('number') && kindOf(value) === 'integer')
    ? value
    : undefined;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}
