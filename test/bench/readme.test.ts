/**
 * The figures that the pages quote are those of the newest recorded run, and its page is made of its figures.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { filled, newestRun, pages } from '../../bench/suite/readme.ts';
import { markdown } from '../../bench/suite/report.ts';
import { projectFolder } from '../support/temp.ts';

const read = (file: string) => readFileSync(join(projectFolder(), file), 'utf8');

test('README.md and bench/README.md quote the newest recorded run (npm run bench -- --write-readme)', () => {
  const found = pages();
  assert.deepEqual(
    found.map(({ file }) => file),
    ['README.md', 'bench/README.md'],
  );
  for (const { file, text } of found) assert.equal(read(file), text, file);
});

test('the page beside the newest recorded run says what its figures say', () => {
  const { stem, results } = newestRun();
  assert.ok(results.cells.length > 0);
  assert.equal(read(`bench/results/${stem}.md`), markdown(results));
});

test('only what stands between the markers is replaced', () => {
  const [page] = pages();
  const { file, text } = page!;
  const other = filled(file, text, 'other figures');
  assert.ok(other.includes('-->\nother figures\n<!--'));
  assert.equal(filled(file, other, 'x'), filled(file, text, 'x'));
  assert.throws(() => filled('page.md', 'no markers', 'x'), /page\.md has no place/);
});
