/**
 * The security invariants and their proofs agree: each names at least one test, and each test that is named is one.
 *
 * A title in a comment proves nothing, so it must be the first argument of a call that declares a test.
 */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { projectFolder } from './support/temp.ts';

const FILE = join(projectFolder(), 'docs/security-invariants.md');
const rows = readFileSync(FILE, 'utf8').match(/^\| \d+ \|.*$/gm) ?? [];

interface Proof {
  readonly row: number;
  readonly file: string;
  readonly title: string;
}

function proofsOf(row: string): Proof[] {
  const found = row.matchAll(/\]\(([^)]+)\)((?:,? "[^"]+")+)/g);
  return [...found].flatMap(([, link = '', titles = '']) =>
    [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => ({
      row: Number(row.split('|')[1]),
      file: join(dirname(FILE), link),
      title,
    })),
  );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** `it('title'`, also where the title stands on the next line; titles made by a template are named as they are written. */
function declares({ file, title }: Proof): boolean {
  if (!existsSync(file)) return false;
  const declaration = new RegExp(`\\b(?:it|test|onBothFronts)\\(\\s*['"\`]${escaped(title)}['"\`]`);
  return declaration.test(readFileSync(file, 'utf8'));
}

test('invariants are numbered in order', () => {
  assert.ok(rows.length > 20);
  assert.deepEqual(
    rows.map((row) => Number(row.split('|')[1])),
    rows.map((_, at) => at + 1),
  );
});

test('each invariant names its proof', () => {
  const bare = rows.filter((row) => proofsOf(row).length === 0);
  assert.deepEqual(bare, []);
});

test('each proof is a test', () => {
  const missing = rows.flatMap(proofsOf).filter((proof) => !declares(proof));
  assert.deepEqual(missing, []);
});
