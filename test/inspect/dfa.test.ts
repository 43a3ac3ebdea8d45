/** The own automaton answers as re2js does, whatever the expression and the text, and in bounded memory and steps. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { RE2JS } from 're2js';
import { OWN_RULES } from '../../src/inspect/catalog.ts';
import { BOUNDS, Dfa } from '../../src/inspect/dfa.ts';
import { Grams, Needs } from '../../src/inspect/grams.ts';
import { Linear } from '../../src/inspect/linear.ts';
import { partsOf } from '../../src/inspect/needs.ts';
import { parsed } from '../../src/inspect/pattern.ts';
import { Steps } from '../../src/inspect/steps.ts';
import { unitsOf } from '../../src/inspect/units.ts';
import { edited, randomExpression, randomText, textOf } from '../support/expressions.ts';
import { generator } from '../support/random.ts';
import { projectFolder } from '../support/temp.ts';

const CORPORA = join(projectFolder(), '..', 'shared', 'corpora');

/** Units of the text, which others stand around. */
function within(text: string, before = 2): Uint16Array {
  const around = `${'a'.repeat(before)}${text}a\n`;
  return Uint16Array.from({ length: around.length }, (_, at) => around.charCodeAt(at));
}

const isIn = (dfa: Dfa, text: string) => dfa.test(within(text), 2, 2 + text.length);

/** All expressions that windows are held against. */
function ownExpressions(): string[] {
  const all = OWN_RULES.flatMap(({ pattern }) => [
    ...(pattern.length > 3000 ? [] : [pattern]),
    ...partsOf(pattern).map((part) => part.pattern),
  ]);
  return [...new Set(all)];
}

const compiled = new Map<string, RE2JS>();

/** How many of the texts hold a match, which the automaton must say of the same ones. */
function agreed(pattern: string, dfa: Dfa, texts: readonly string[]): number {
  const expression = compiled.get(pattern) ?? RE2JS.compile(pattern);
  compiled.set(pattern, expression);
  let matched = 0;
  for (const text of texts) {
    const isMatch = expression.test(text);
    if (isMatch) matched++;
    assert.equal(isIn(dfa, text), isMatch, `${pattern} in ${JSON.stringify(text)}`);
  }
  return matched;
}

/** Of matches that follow each other: each begins behind the value of the one before. */
function spansOf(pattern: string, text: string): number[][] {
  const matcher = (compiled.get(pattern) ?? RE2JS.compile(pattern)).matcher(text);
  const hasValue = pattern.includes('<value>');
  const spans: number[][] = [];
  for (let next = 0; next <= text.length && matcher.find(next); ) {
    spans.push([matcher.start(), matcher.end()]);
    const end = hasValue && matcher.start('value') >= 0 ? matcher.end('value') : matcher.end();
    next = Math.max(matcher.start() + 1, end);
  }
  return spans;
}

describe('whether a text holds a match', () => {
  it('is answered as re2js answers: random expressions', () => {
    const below = generator(11);
    let matched = 0;
    for (let count = 0; count < 3000; count++) {
      const flags = below(3) > 0 ? '' : ['(?i)', '(?m)', '(?s)', '(?im)', '(?is)'][below(5)]!;
      const pattern = flags + randomExpression(below, 2 + below(4));
      const dfa = Dfa.of(pattern);
      assert.ok(dfa !== undefined, pattern);
      const texts = Array.from({ length: 15 }, (_, at) => randomText(below, at < 12 ? 14 : 60));
      matched += agreed(pattern, dfa, texts);
    }
    assert.ok(matched > 15_000 && matched < 30_000, `${matched} texts matched`);
  });

  it('is answered as re2js answers: own expressions and their parts, in texts made of them', () => {
    const below = generator(12);
    let [matched, others] = [0, 0];
    for (const pattern of ownExpressions()) {
      const dfa = Dfa.of(pattern);
      if (dfa === undefined) {
        others++;
        continue;
      }
      const tree = parsed(pattern);
      const texts = Array.from({ length: 6 }, (_, at) =>
        edited(textOf(tree, below, at === 0 ? 40 : 3), below),
      );
      matched += agreed(pattern, dfa, texts);
    }
    assert.ok(matched > 10_000, `${matched} texts matched`);
    // Those with \p, whose tables are those of re2js.
    assert.ok(others < 10, `${others} expressions are not understood`);
  });

  it('is answered as re2js answers: own expressions in texts of the corpora', (t) => {
    if (!existsSync(CORPORA)) return t.skip('the corpora are not there');
    const below = generator(13);
    const files = ['benign', 'ambiguous', 'injection', 'secret'];
    const texts = files.flatMap((name) => {
      const packed = readFileSync(join(CORPORA, `${name}.jsonl.gz`));
      const rows = gunzipSync(packed).toString().trim().split('\n');
      return rows.map((row) => (JSON.parse(row) as { text?: string }).text ?? '');
    });
    let matched = 0;
    for (const pattern of ownExpressions()) {
      const dfa = Dfa.of(pattern);
      if (dfa === undefined) continue;
      const needs = new Needs(partsOf(pattern).map((part) => part.needs));
      const mayMatch = (piece: string) => {
        const grams = new Grams();
        grams.read(unitsOf(piece), 0, piece.length);
        return needs.met(grams).length > 0;
      };
      const pieces = Array.from({ length: 60 }, () => {
        const text = texts[below(texts.length)]!;
        const from = below(Math.max(1, text.length - 300));
        return text.slice(from, from + 100 + below(500));
      });
      // Those that have what a match needs come first.
      pieces.sort((a, b) => Number(mayMatch(b)) - Number(mayMatch(a))).splice(5);
      matched += agreed(pattern, dfa, pieces);
    }
    assert.ok(matched > 30, `${matched} texts matched`);
  });

  it('depends on nothing that stands around the text', () => {
    for (const pattern of ['^ab', 'ab$', '\\bab', 'ab\\b', '\\Aab\\z', '(?m)^ab$'])
      assert.equal(isIn(Dfa.of(pattern)!, 'ab'), true, pattern);
    for (const pattern of ['^b', 'a$', '\\Bab', '(?m)ab\\n'])
      assert.equal(isIn(Dfa.of(pattern)!, 'ab'), false, pattern);
    // Half of a pair at the end of a text is a character.
    assert.equal(Dfa.of('a[^a]$')!.test(within('a😀'), 2, 4), true);
    assert.equal(Dfa.of('a😀')!.test(within('a😀'), 2, 4), false);
  });

  it('counts what folds to the letter of an expression', () => {
    for (const [pattern, text] of [
      ['(?i)task', 'TA\u017f\u212a'],
      ['(?i)[a-z]{4}$', '\u017f\u212aSK'],
      ['(?i)\u017fk', 'SK'],
      ['(?i)приказ', 'ПРИКА\u0417'],
      ['(?i)[в-д]', '\u1c80'],
      ['(?i)^\\w$', '\u017f'],
    ] as const)
      assert.equal(agreed(pattern, Dfa.of(pattern)!, [text]), 1, pattern);
    assert.equal(isIn(Dfa.of('(?i)[^k]')!, '\u212a'), false);
  });

  it('is left to re2js where an expression is beyond it', () => {
    assert.equal(Dfa.of('a\\p{Greek}'), undefined);
    assert.equal(Dfa.of('(?:[ab]{1,30}c){1,30}(?:[ab]{1,30}d){1,900}'), undefined);
    const [match, ...others] = new Linear('a(?P<value>\\p{Greek}+)').matches('xaσσσx');
    assert.deepEqual([match?.valueStart, match?.valueEnd, others.length], [2, 5, 0]);
  });
});

describe('an own automaton', () => {
  it('has as many states for a gap as the gap is long, wherever it may begin', () => {
    const below = generator(14);
    const dfa = Dfa.of('send[^.]{0,60}key')!;
    const words = ['send ', 'ke ', 'it ', 'se ', 'a ', 'longer word '];
    const text = Array.from({ length: 20_000 }, () => words[below(words.length)]).join('');
    assert.equal(isIn(dfa, text), false);
    // Without that it has a state for each set of places where one may have begun: thousands in this text.
    assert.ok(dfa.states < 500, `${dfa.states} states`);
  });

  it('looks at each node a few times for a character, whatever the text', () => {
    const pattern = '(?:[ab]{0,9}(?:a|ab)?c{0,3}){0,20}(?:a[ab]{0,30}){3}x';
    for (const length of [1000, 4000]) {
      const dfa = Dfa.of(pattern, 20_000)!;
      const below = generator(15);
      const text = Array.from({ length }, () => 'abc'[below(3)]).join('');
      const before = Steps.looked;
      isIn(dfa, text);
      assert.ok(Steps.looked > before);
      assert.ok(Steps.looked - before <= 3 * dfa.steps.nodes * (length + 1));
    }
  });

  it('drops its states where they are too many, and gives up where that does not help', () => {
    const below = generator(16);
    // Where an a stood among the last twelve letters: 4,096 sets.
    const pattern = 'a[ab]{12}c';
    const text = Array.from({ length: 20_000 }, () => 'ab'[below(2)]).join('');
    const small = Dfa.of(pattern, 20_000)!;
    assert.equal(isIn(small, text), undefined);
    assert.ok(small.dropped > 0);
    // It is as good as new, and one whose states are of use goes on after it has dropped them.
    assert.equal(isIn(small, `${'b'.repeat(9)}a${'b'.repeat(12)}c`), true);
    const parts = Array.from({ length: 9 }, (_, n) => text.slice(120 * n, 120 * n + 120));
    const mixed = parts.join('b'.repeat(5000));
    const { dropped } = small;
    assert.equal(isIn(small, mixed), false);
    assert.ok(small.dropped > dropped);
    assert.equal(isIn(Dfa.of(pattern)!, text), false);
  });

  it('shares one bound with all others', () => {
    const below = generator(17);
    const text = Array.from({ length: 4000 }, () => 'ab'[below(2)]).join('');
    const all = Array.from({ length: 120 }, (_, n) => Dfa.of(`a[ab]{${12 + (n % 6)}}${n}`)!);
    for (const dfa of all) assert.notEqual(isIn(dfa, text), true);
    const states = all.reduce((sum, dfa) => sum + dfa.states, 0);
    assert.ok(states * 100 < BOUNDS.allBytes, `${states} states`);
    assert.ok(all.some(({ dropped }) => dropped > 0));
    assert.equal(isIn(all[0]!, `${'a'.repeat(13)}0`), true);
  });
});

describe('an expression', () => {
  it('matches in any case wherever its flags say so, and what is quoted as it stands', () => {
    for (const pattern of ['(?si)needle[0-9]+', '(?s:(?mi:needle))[0-9]+', '(?U)(?i)n\\w*e[0-9]+'])
      assert.equal(new Linear(pattern).matches('a NEEDLE12 b').length, 1, pattern);
    assert.equal(new Linear('\\Qa|b(\\E[0-9]+').matches('a b( a|b(12').length, 1);
  });

  it('finds in its parts what re2js finds in the whole', () => {
    const below = generator(19);
    let [matched, several] = [0, 0];
    for (const { pattern, finder } of OWN_RULES) {
      if (finder !== undefined || pattern.length > 3000) continue;
      const linear = new Linear(pattern);
      const tree = parsed(pattern);
      for (let count = 0; count < 4; count++) {
        const texts = Array.from({ length: 1 + count }, () => textOf(tree, below));
        const text = edited(texts.join('\n'), below);
        const expected = spansOf(pattern, text);
        const found = linear.matches(text).map(({ start, end }) => [start, end]);
        assert.deepEqual(found, expected, `${pattern} in ${JSON.stringify(text)}`);
        if (expected.length > 0) matched++;
        if (expected.length > 1) several++;
      }
    }
    assert.ok(matched > 2000 && several > 500, `${matched} texts matched, ${several} twice`);
  });

  it('finds what re2js alone finds, whether or not the automaton gave up', () => {
    const below = generator(18);
    const pattern = 'a[ab]{14}(?P<value>c+)';
    const noise = Array.from({ length: 30_000 }, () => 'ab'[below(2)]).join('');
    const text = `${noise}cc ${noise}`;
    const [match, ...others] = new Linear(pattern).matches(text);
    assert.equal(match === undefined, !RE2JS.compile(pattern).test(text));
    assert.ok(others.length === 0);
  });
});
