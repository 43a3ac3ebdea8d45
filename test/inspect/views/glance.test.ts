import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  AMPERSAND,
  BACKSLASH,
  BASE32,
  BASE58,
  EQUALS,
  HEX,
  KEY,
  LETTER,
  LINE_END,
  MARKED,
  MIXED,
  PERCENT,
  PLUS,
  QUOTED,
  ROW,
  RUN,
  runsOf,
  SINGLES,
  SOLID,
  signsOf,
  solidsOf,
} from '../../../src/inspect/views/glance.ts';
import { unnumber } from '../../../src/inspect/views/numbers.ts';
import { writer } from '../../../src/inspect/views/text.ts';

const RUNS = /[A-Za-z0-9+/_-]+/g;
const ODD = /[0-9]|[a-z][A-Z]/;
const all = (text: string, runs: RegExp) => text.match(runs) ?? [];

/** A digit or sign beside a letter, a digit beside a sign of runs. */
const MIXTURE = /[A-Za-z](?=[^\x00-\x20A-Za-z0-9+/_-])|[A-Za-z+/_-](?=[0-9])|[0-9](?=[A-Za-z])/g;
const MARKUP =
  /(?<=[A-Za-z0-9\x80-\uffff])(?:<[A-Za-z/!]|\/\*|([*_~'"])\1|`[A-Za-z0-9\x80-\uffff*_~`'"</])/;
const SINGLE_ROW = /(?<![A-Za-z0-9])(?:[A-Za-z0-9][^A-Za-z0-9]+){2}[A-Za-z0-9][^A-Za-z0-9]/;

/** Numbers near one another, each behind the same sign, but for the first and those with which a line begins. */
function longestRow(text: string): number {
  let [count, most, at, sign] = [0, 0, 0, ''];
  for (const { index } of text.matchAll(/(?<![0-9]|0[A-Za-z]|\.(?=0+(?![0-9A-Za-z])))[0-9]/g)) {
    const before = text.slice(0, index).replace(/[a-fA-F]$/, '');
    const [blanks] = before.match(/[\x00-\x20]*$/) as RegExpMatchArray;
    const isFirst = blanks.includes('\n');
    const isNear = count > 0 && before.length - 1 - blanks.length - at <= 32;
    const isSame = isFirst || (before.at(-1) ?? '\n') === sign;
    count = isNear ? 1 + (isSame ? count : 1) : 1;
    at = index;
    if (!isFirst) sign = before.at(-1) ?? '\n';
    most = Math.max(most, count);
  }
  return most;
}

/** What each sign is of, said as expressions: that one pass says the same of all is the test. */
const PLAINLY: readonly (readonly [sign: number, isIn: (text: string) => boolean])[] = [
  [PERCENT, (text) => text.includes('%')],
  [AMPERSAND, (text) => text.includes('&')],
  [BACKSLASH, (text) => text.includes('\\')],
  [LINE_END, (text) => /[\n\r]/.test(text)],
  [LETTER, (text) => /[A-Za-z]/.test(text)],
  [EQUALS, (text) => text.includes('=')],
  [PLUS, (text) => text.includes('+')],
  [
    RUN,
    (text) => all(text, RUNS).some((run) => run.length >= 16 || (run.length >= 8 && ODD.test(run))),
  ],
  [KEY, (text) => all(text, RUNS).some((run) => run.length >= 16 && /[0-9]/.test(run))],
  [SINGLES, (text) => SINGLE_ROW.test(text)],
  [MIXED, (text) => all(text, MIXTURE).length > 1],
  [SOLID, (text) => /[^\x00-\x20]{20}/.test(text)],
  [ROW, (text) => longestRow(text) >= 6],
  [HEX, (text) => /[0-9a-fA-F]{12}/.test(text)],
  [BASE32, (text) => /[A-Z2-7]{16}|[a-z2-7]{16}/.test(text)],
  [BASE58, (text) => /[1-9A-HJ-NP-Za-km-z]{16}/.test(text)],
  [MARKED, (text) => MARKUP.test(text)],
  [QUOTED, (text) => /(["'`])(?=[ \t\n\r\v\f\u00a0+.&\\]{1,11}\1)/.test(text)],
];

const word = fc.constantFrom('and', 'internationalisation', 'camelCase', 'deadbeef0123', 'a', 'I');
const one = fc.constantFrom(
  ...'abcdefxyzABCXYZ01289 \t\n\r.,"\'`*_~<//!+-&\\=%|\u00e9\u00a0\x7f\x01',
);
const texts = fc.oneof(
  fc.string({ unit: one, maxLength: 60 }),
  fc.string({ unit: fc.oneof(one, word), maxLength: 30 }),
  // Few different characters make long runs of one kind, and rows of one thing.
  fc
    .uniqueArray(fc.oneof(one, word), { minLength: 1, maxLength: 4 })
    .chain((few) => fc.array(fc.constantFrom(...few), { maxLength: 50 }))
    .map((parts) => parts.join('')),
);

test('each sign is told of the texts that have it, and of no other', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const signs = signsOf(text);
      for (const [sign, isIn] of PLAINLY)
        assert.equal((signs & sign) !== 0, isIn(text), `${Math.log2(sign)}`);
    }),
    { numRuns: 20_000 },
  );
});

const spelled = fc.constantFrom<(code: number) => string>(
  String,
  (code) => code.toString(16),
  (code) => `0x${code.toString(16)}`,
  (code) => `${code.toString(2).padStart(8, '0')}`,
  (code) => `${code}.0`,
  (code) => `${code}.00`,
);
const gap = fc.constantFrom(' ', ', ', ',', '-', '.', ' | ', '\n', ',\n      ', ' ;\n\n', '+chr(');
const word6 = fc.string({ unit: fc.constantFrom(...'egijnor s.'), minLength: 6, maxLength: 20 });
const noise = fc.string({ unit: one, maxLength: 20 });

test('a text in which numbers spell something has a row of them', () => {
  let read = 0;
  const row = fc.tuple(noise, word6, spelled, gap, noise);
  fc.assert(
    fc.property(row, ([before, says, spell, between, after]) => {
      const codes = [...says].map((letter) => spell(letter.charCodeAt(0)));
      const text = `${before} ${codes.join(between)} ${after}`;
      writer.begin(text, false);
      if (!unnumber(text, writer)) return;
      read++;
      assert.ok((signsOf(text) & ROW) !== 0, text);
    }),
    { numRuns: 5000 },
  );
  assert.ok(read > 1000, `${read}`);
});

test('runs and solid stretches are told by their places', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const runs: number[] = [];
      for (const { 0: run, index } of text.matchAll(RUNS))
        if (run.length >= 12 || (run.length >= 8 && ODD.test(run)))
          runs.push(index, index + run.length);
      assert.deepEqual(runsOf(text), runs);
      const solids = [...text.matchAll(/[^\x00-\x20]{20,}/g)].map(({ index }) => index);
      assert.deepEqual(solidsOf(text), solids);
    }),
    { numRuns: 5000 },
  );
});
