/**
 * What the schemas find, said for the person who wrote the file.
 *
 * zod's own sentences name types of JavaScript, and for a union they list every branch; a person wants the place and
 * what would be right. Values are never quoted (see `fault.ts`).
 */

import type { z } from 'zod';
import type { ConfigDocument } from './document.ts';
import { type Fault, nearest } from './fault.ts';
import { fileJsonSchema, type JsonSchema, schemaAt } from './schema.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** One finding at a place: a union is already decided, its path already whole. */
export interface Problem {
  readonly issue: Issue;
  readonly path: Path;
}

/** Unfolds unions: of the two shapes of a server, only that which the entry was meant to have counts. */
export function unfold(issues: readonly Issue[], value: unknown, base: Path = []): Problem[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...issue.path];
    if (issue.code !== 'invalid_union') return [{ issue, path }];
    const branch = issue.errors[branchOf(valueAt(value, path))];
    return branch === undefined ? [{ issue, path }] : unfold(branch, value, path);
  });
}

/** The index in `serverSchema`'s union; -1 where the entry has the key of neither. */
function branchOf(entry: unknown): number {
  if (typeof entry !== 'object' || entry === null) return -1;
  const has = (name: string) => Object.hasOwn(entry, name);
  if (has('command') || has('commands')) return 0;
  return has('url') || has('urls') ? 1 : -1;
}

export function valueAt(value: unknown, path: Path): unknown {
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

/** The faults of one problem: one for each unknown key, one otherwise. */
export function faultsOf(
  document: ConfigDocument,
  { issue, path }: Problem,
  value: unknown,
  schema = fileJsonSchema(),
): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      document.fault([...path, key], unknownKey(key, path, schema, value), true),
    );
  }
  if (issue.code === 'invalid_key') {
    const words = issue.issues[0]?.message ?? 'another name';
    return [document.fault(path, `this name cannot be used; use ${words}`, true)];
  }
  if (issue.code === 'invalid_union') {
    const words = 'this must be a server: with "command" for a local one or "url" for a remote one';
    const meant = meantKeys(document, path, value);
    return meant.length > 0 ? meant : [document.fault(path, words)];
  }
  const isMissing = issue.code === 'invalid_type' && valueAt(value, path) === undefined;
  if (isMissing) return [document.fault(path, `this is required: ${kindWords(issue.expected)}`)];
  if (path.length === 1 && /^(?:servers|mcpServers)$/.test(String(path[0]))) {
    return [document.fault(path, 'this must be a group of servers, each under its name')];
  }
  return [document.fault(path, sentence(issue, valueAt(value, path)))];
}

/** Words of other clients and of YAML for what makes an entry a server. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  cmd: 'use "command" for the program, and "args" for its arguments',
  serverUrl: 'use "url"',
  httpUrl: 'use "url"',
  endpoint: 'use "url"',
  uri: 'use "url"',
  '<<': "YAML's merge keys are not read; write out what is meant",
};

/** In an entry that is no server: the keys by which it was probably meant to be one. */
function meantKeys(document: ConfigDocument, path: Path, value: unknown): Fault[] {
  const entry = valueAt(value, path);
  if (typeof entry !== 'object' || entry === null) return [];
  return Object.keys(entry).flatMap((key) => {
    const near = nearest(key, ['command', 'commands', 'url', 'urls']);
    const other = Object.hasOwn(OTHER_WORDS, key) ? OTHER_WORDS[key] : undefined;
    const right = other ?? (near === undefined ? undefined : `did you mean "${near}"?`);
    if (right === undefined) return [];
    return [document.fault([...path, key], `this key is not known here; ${right}`, true)];
  });
}

function unknownKey(key: string, path: Path, root: JsonSchema, value: unknown): string {
  const entry = valueAt(value, path);
  const shapes = schemaAt(path, root).filter((shape) => shape.properties !== undefined);
  // Two shapes only where the entry is a server, in the order of the union.
  const meant = shapes.length === 1 ? shapes : shapes.slice(branchOf(entry)).slice(0, 1);
  const known = meant.flatMap((shape) =>
    Object.entries(shape.properties ?? {}).flatMap(([name, one]) => (one.not ? [] : [name])),
  );
  if (key === '<<') return `this key is not known here; ${OTHER_WORDS[key]}`;
  if (/^\/\//.test(key)) return 'a comment begins with "#"; "//" is text, and belongs to the key';
  const near = nearest(key, known);
  if (near !== undefined) return `this key is not known here; did you mean "${near}"?`;
  return `this key is not known here; known are ${known.filter((name) => name !== '$schema').join(', ')}`;
}

function sentence(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type': {
      if (issue.expected === 'never') return 'an entry has either "command" or "url"; remove one';
      const isBare = issue.expected === 'string' && typeof value !== 'object';
      return isBare
        ? 'this must be text; put it in quotes'
        : `this must be ${kindWords(issue.expected)}`;
    }
    case 'invalid_value':
      return `this must be ${issue.values.map((one) => JSON.stringify(one)).join(' or ')}`;
    case 'too_small':
      return `this must be at least ${issue.minimum}${unit(issue.origin)}`;
    case 'too_big':
      return `this must be at most ${issue.maximum}${unit(issue.origin)}`;
    default:
      return `this must be ${issue.message}`;
  }
}

function unit(origin: string): string {
  if (origin === 'string') return ' characters long';
  return origin === 'array' ? ' entries long' : '';
}

function kindWords(expected: string): string {
  const words: Record<string, string> = {
    string: 'text',
    int: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a group of keys',
    record: 'a group of keys',
  };
  return words[expected] ?? expected;
}
