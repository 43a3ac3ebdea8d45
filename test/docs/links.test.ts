/**
 * Every relative link of every document leads somewhere, headings included, and every test that the security
 * invariants name exists.
 */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { projectFolder } from '../support/temp.ts';

const root = projectFolder();
const SKIPPED = /^(node_modules|\.git|\.tools|dist.*|coverage)$/;

function documents(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.test(entry.name) ? [] : documents(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** Code is no link: fenced blocks and `spans` are left out. */
function prose(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
}

function linksOf(text: string): string[] {
  return [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
}

/** The anchors that GitHub makes of headings. */
function anchorsOf(text: string): string[] {
  const headings = text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ +(.+)$/gm);
  return [...headings].map((match) =>
    match[1]!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}

describe('every relative link leads somewhere', () => {
  const files = documents(root);

  it('and there are documents to look at', () => assert(files.length > 10));

  for (const file of files) {
    it(`in ${relative(root, file)}`, () => {
      const text = readFileSync(file, 'utf8');
      const broken = linksOf(text).filter((link) => {
        if (/^[a-z]+:/i.test(link)) return false;
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? file : join(dirname(file), decodeURIComponent(path));
        if (!existsSync(target)) return true;
        return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
      });
      assert.deepEqual(broken, []);
    });
  }
});

describe('the security invariants', () => {
  const file = join(root, 'docs/security-invariants.md');
  const rows = readFileSync(file, 'utf8').match(/^\| \d+ \|.*$/gm) ?? [];

  it('are numbered', () => {
    assert(rows.length > 10);
    assert.deepEqual(
      rows.map((row) => Number(row.split('|')[1])),
      rows.map((_, at) => at + 1),
    );
  });

  it('name only tests that exist', () => {
    const missing: string[] = [];
    for (const row of rows) {
      const proofs = [...row.matchAll(/\]\(([^)]+)\)((?:,? "[^"]+")+)/g)];
      if (proofs.length === 0 && !row.includes('to be written')) missing.push(row);
      for (const [, link = '', titles = ''] of proofs) {
        const source = readFileSync(join(dirname(file), link), 'utf8');
        for (const [, title = ''] of titles.matchAll(/"([^"]+)"/g)) {
          if (!source.includes(title)) missing.push(`${link}: ${title}`);
        }
      }
    }
    assert.deepEqual(missing, []);
  });
});
