/**
 * The shape of the house as a test: which way folders may know each other, and by which door they are entered.
 *
 * Reads the import lines of every source file; nothing is executed.
 */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { test } from 'node:test';
import { projectFolder } from './support/temp.ts';

const SRC = join(projectFolder(), 'src');

/** Left may import right, never the other way; folders of one row do not know each other. */
const ROWS = [
  ['main.ts', 'docs.ts'],
  ['cli'],
  ['edge', 'admin', 'config'],
  ['gateway'],
  ['auth', 'policy', 'limits', 'validate', 'inspect', 'backends', 'audit', 'telemetry'],
  ['model.ts'],
  ['protocol'],
  ['lib'],
];
/** Entered by any of their files. */
const OPEN = new Set(['protocol', 'lib', 'model.ts']);
/** What only these may touch: package or builtin → the files that may name it. */
const RESERVED: Record<string, RegExp> = {
  'uWebSockets.js': /^edge\/http\/front\.ts$/,
  '@rjweb/uws': /^edge\/http\/front\.ts$/,
  'node:http': /^edge\/|^admin\//,
  'node:https': /^edge\/|^admin\//,
  piscina: /^inspect\/thread\.ts$/,
  'node:child_process': /^backends\/(?:stdio-process|watchdog)\.ts$/,
};

interface Import {
  readonly from: string;
  readonly to: string;
  /** Erased by the compiler: nothing is loaded. */
  readonly isType: boolean;
}

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return files(path);
    return name.endsWith('.ts') && !name.endsWith('.d.ts') ? [path] : [];
  });
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const found = text.matchAll(
    /(?:^|\n)(?:import|export)[^'"]*?from\s+'([^']+)'|import\('([^']+)'\)/g,
  );
  return [...found].map((match) => ({
    from: relative(SRC, file),
    to: (match[1] ?? match[2])!,
    isType: match[0].includes('import type'),
  }));
}

const imports = files(SRC).flatMap(importsOf);

/** The target of a relative import, from src/; undefined for packages and for what lies outside. */
function target({ from, to }: Import): string | undefined {
  if (!to.startsWith('.')) return undefined;
  const path = normalize(join(dirname(from), to));
  return path.startsWith('..') ? undefined : path;
}

const room = (path: string) => path.split('/')[0]!;
const row = (name: string) => ROWS.findIndex((names) => names.includes(name));

test('there are imports to judge', () => {
  assert.ok(imports.length > 100, `only ${imports.length} imports were found`);
});

test('every folder of src has a place in the order', () => {
  const rooms = new Set(files(SRC).map((file) => room(relative(SRC, file))));
  assert.deepEqual(
    [...rooms].filter((name) => row(name) < 0),
    [],
  );
});

test('dependencies point right only, and neighbours do not know each other', () => {
  const wrong = imports.filter((one) => {
    const path = target(one);
    if (path === undefined || room(path) === room(one.from)) return false;
    // A configuration is made of every folder's slice.
    if (/^[a-z]+\/config\.ts$/.test(path) && room(one.from) === 'config') return false;
    return row(room(path)) <= row(room(one.from));
  });
  assert.deepEqual(wrong, []);
});

test('a folder is entered by the file of its own name', () => {
  const wrong = imports.filter((one) => {
    const path = target(one);
    if (path === undefined || room(path) === room(one.from) || OPEN.has(room(path))) return false;
    if (/^[a-z]+\/config\.ts$/.test(path) && room(one.from) === 'config') return false;
    return path !== `${room(path)}/${room(path)}.ts` && path.includes('/');
  });
  assert.deepEqual(wrong, []);
});

test('only the room that owns a tool touches it', () => {
  const wrong = imports.filter(
    ({ from, to, isType }) => !isType && RESERVED[to] !== undefined && !RESERVED[to].test(from),
  );
  assert.deepEqual(wrong, []);
});

test('argv, environment and exit belong to main', () => {
  const wrong = files(SRC).filter((file) => {
    const name = relative(SRC, file);
    if (name === 'main.ts' || name === 'docs.ts') return false;
    return /\bprocess\.(env|argv|exit)\b/.test(readFileSync(file, 'utf8'));
  });
  assert.deepEqual(
    wrong.map((file) => relative(SRC, file)),
    [],
  );
});
