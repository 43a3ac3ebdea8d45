/**
 * What is left out as not worth reading holds nothing: on texts made of our own anchors, and on the corpora with their
 * disguises where these are at hand (`../shared/corpora`).
 */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { OWN_RULES, ownRules } from '../../src/inspect/catalog.ts';
import { examine } from '../../src/inspect/examine.ts';
import { leavesOf } from '../../src/inspect/leaves.ts';
import type { Direction, Subject } from '../../src/inspect/rule.ts';
import { projectFolder } from '../support/temp.ts';

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly direction: 'request' | 'response' | 'tool_definition';
  readonly text?: string;
  readonly tool?: { readonly name: string };
}
interface Evader {
  readonly transforms: Record<string, unknown>;
  readonly chains: readonly string[];
  evade(row: Row, name: string, seed: number): Row | null;
}

function agree(subject: Subject, what: string): void {
  const rules = ownRules();
  const ids = (isThorough: boolean) =>
    [...new Set(examine(subject, rules, { isThorough }).map(({ rule }) => rule))].sort();
  const all = ids(true);
  // All forms of all readings may be more than is read of one message: then there is nothing to compare.
  if (!all.some((id) => id.endsWith('.too-much'))) assert.deepEqual(ids(false), all, what);
}

test('nothing is found in a form that was not worth making: our own anchors, shuffled', () => {
  const anchors = OWN_RULES.flatMap((rule) => rule.anchors);
  const piece = fc.oneof(fc.constantFrom(...anchors), fc.string({ maxLength: 6 }));
  const text = fc
    .array(fc.tuple(piece, fc.constantFrom('', ' ', '\n', '-', '**', ' 1 ')), { maxLength: 12 })
    .map((pieces) => pieces.flat().join(''));
  fc.assert(
    fc.property(text, fc.constantFrom<Direction>('request', 'response', 'definition'), (of, to) => {
      agree({ direction: to, leaves: leavesOf({ path: of }), tool: '' }, of);
    }),
    { numRuns: 150 },
  );
});

const folder = join(projectFolder(), '../shared/corpora');
const skip = existsSync(folder) ? false : `the corpora are not at ${folder}`;
/** One row of so many, under one disguise each: all of them are read by bench/detect. */
const STEP = 29;

function subjectOf({ direction, text, tool }: Row): Subject {
  if (tool !== undefined)
    return { direction: 'definition', leaves: leavesOf(tool), tool: tool.name };
  if (direction !== 'request') return { direction: 'response', leaves: leavesOf(text), tool: '' };
  const call = JSON.parse(text!) as { name: string; arguments: unknown };
  return { direction, leaves: leavesOf(call.arguments), tool: call.name };
}

test('nor on rows of the corpora, plain and disguised', { skip }, async () => {
  const evader = (await import(pathToFileURL(join(folder, 'evade.mjs')).href)) as Evader;
  const names = [...Object.keys(evader.transforms), ...evader.chains];
  let at = 0;
  for (const kind of ['secret', 'injection', 'poisoning', 'dangerous_arg', 'benign']) {
    const lines = gunzipSync(readFileSync(join(folder, `${kind}.jsonl.gz`))).toString();
    for (const line of lines.split('\n').filter((line) => line !== '')) {
      if (++at % STEP !== 0) continue;
      const row = JSON.parse(line) as Row;
      const other = evader.evade(row, names[at % names.length]!, at);
      for (const one of other === null ? [row] : [row, other]) agree(subjectOf(one), one.id);
    }
  }
  assert.ok(at > 1000);
});
