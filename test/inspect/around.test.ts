/** What is told from the characters beside an anchor never keeps a window shut that holds a match. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Around } from '../../src/inspect/around.ts';
import { OWN_RULES } from '../../src/inspect/catalog.ts';
import { Dfa } from '../../src/inspect/dfa.ts';
import { examine } from '../../src/inspect/examine.ts';
import { parsed } from '../../src/inspect/pattern.ts';
import { programOf } from '../../src/inspect/program.ts';
import type { TextRule } from '../../src/inspect/rule.ts';
import { RuleSet } from '../../src/inspect/rule-set.ts';
import { reversed, Spelling } from '../../src/inspect/spelling.ts';
import { Steps } from '../../src/inspect/steps.ts';
import { unitsOf } from '../../src/inspect/units.ts';
import { randomExpression, randomText } from '../support/expressions.ts';
import { generator } from '../support/random.ts';
import { Samples } from '../support/samples.ts';

/** One for which every anchor opens a window. */
class Wide extends RuleSet {
  override around(): undefined {
    return undefined;
  }
}

const idsIn = (text: string, rules: RuleSet): string[] => {
  const leaf = { text, path: '/text', start: 0, end: text.length, isKey: false };
  const findings = examine({ direction: 'response', tool: 'tool', leaves: [leaf] }, rules);
  return findings.map(({ rule, span }) => `${rule} ${span}`).sort();
};

const hasOneOf = (pattern: string, texts: readonly string[], isSpelled = true, before = '') =>
  new Spelling(programOf(parsed(pattern))!, texts, isSpelled).hasOneOf(texts, before);

/** Whether a match of an expression may lie around the anchor, wherever that stands in the text. */
function mayMatch(pattern: string, anchor: string, text: string, reach = 20): boolean {
  const around = Around.of({ pattern, confidence: 'high' }, [anchor], '')!;
  const lower = text.toLowerCase();
  for (let at = lower.indexOf(anchor); at >= 0; at = lower.indexOf(anchor, at + 1)) {
    const to = at + anchor.length;
    if (around.mayMatch(unitsOf(text), text.length, anchor, to, [reach, reach])) return true;
  }
  return false;
}

describe('what stands beside an anchor', () => {
  it('keeps no window shut in which a rule finds something', () => {
    const below = generator(7);
    const rules = OWN_RULES.filter(({ in: directions, confidence }) => {
      // A signal is told once of a text, by whichever window comes first.
      return directions?.includes('response') !== false && confidence !== 'low';
    }).map(({ accepts: _accepts, ...rule }): TextRule => rule);
    const [near, wide] = [new RuleSet(rules, []), new Wide(rules, [])];
    const pieces = rules.flatMap(({ pattern, anchors }) => {
      const sample = new Samples(pattern, below).next();
      return [...anchors.slice(0, 3), ...(sample === undefined ? [] : [sample])];
    });
    let found = 0;
    for (let count = 0; count < 120; count++) {
      const text = Array.from({ length: 12 }, () => {
        const piece = pieces[below(pieces.length)]!;
        const cut = below(3) === 0 ? piece.slice(below(piece.length)) : piece;
        return cut + [' ', '', '. ', '\n', ' the '][below(5)];
      }).join('');
      const ids = idsIn(text, near);
      assert.deepEqual(ids, idsIn(text, wide), JSON.stringify(text));
      found += ids.length;
    }
    assert.ok(found > 400, `${found} findings`);
  });

  it('tells in either direction that nothing can come of it', () => {
    const pattern = '\\b(?:please )?(?:send|post)(?: [^ ]+){0,2} (?:keys|tokens)\\b';
    assert.ok(mayMatch(pattern, 'send', 'now send all your keys'));
    assert.ok(mayMatch(pattern, 'keys', 'now send all your keys'));
    assert.ok(!mayMatch(pattern, 'send', 'now send all of your keys'));
    assert.ok(!mayMatch(pattern, 'keys', 'now take all your keys'));
    // Beyond what is read nobody knows.
    assert.ok(mayMatch(pattern, 'send', 'send all of your keys', 8));
    assert.ok(mayMatch('(?i)a😀+key', 'key', 'xA😀😀Key'));
    assert.ok(!mayMatch('(?i)a😀+key', 'key', 'xB😀😀Key'));
    assert.ok(mayMatch('key😀+$', 'key', 'a key😀😀'));
    assert.ok(!mayMatch('key😀+$', 'key', 'a key😀😀 '));
    assert.ok(mayMatch('^key', 'key', 'key'));
    assert.ok(!mayMatch('^key', 'key', 'a key'));
  });

  it('is paid for by what is read', () => {
    const before = Dfa.read;
    mayMatch('send(?: [^ ]+)* keys', 'send', `send${' word'.repeat(100)}`, 240);
    assert.ok(Dfa.read - before >= 240 && Dfa.read - before < 300, `${Dfa.read - before}`);
  });
});

describe('whether each match has one of some texts', () => {
  it('is proven of the expression', () => {
    assert.ok(hasOneOf('(?:send|post) (?:keys?|tokens)', ['send', 'post']));
    assert.ok(hasOneOf('(?:send|post) (?:keys?|tokens)', ['key', 'token']));
    assert.ok(!hasOneOf('(?:send|post)? keys', ['send', 'post']));
    assert.ok(hasOneOf('(?i)s[ae]nd+', ['sand', 'send']));
    assert.ok(!hasOneOf('(?i)s[aeo]nd', ['sand', 'send']));
    assert.ok(hasOneOf('x*(?:a|ab)c', ['ac', 'bc']));
    // By a class of characters nothing is spelled, but it reads what is in it.
    assert.ok(!hasOneOf('key[0-9a-z]{4}', ['key0', 'keya']));
    assert.ok(
      !hasOneOf(
        'key[0-9a-f]{4}',
        [...'0123456789abcdef'].map((one) => `key${one}`),
      ),
    );
    assert.ok(hasOneOf('-us[0-9]+', ['-us']));
    assert.ok(!hasOneOf('[^b]us', ['xus'], false));
    // Words, with a blank before the first.
    assert.ok(hasOneOf('\\bstop\\b', [' stop'], true, ' '));
    assert.ok(!hasOneOf('\\bnonstop\\b', [' stop'], true, ' '));
  });

  it('holds for what matches: random expressions and texts', () => {
    const below = generator(23);
    let proven = 0;
    for (let count = 0; count < 2000; count++) {
      const pattern = randomExpression(below, 2 + below(3));
      const made = programOf(parsed(pattern));
      if (made === undefined) continue;
      const texts = ['a', 'b', 'ab', 'k', 's', '1'].filter(() => below(2) === 0);
      for (const isSpelled of [true, false]) {
        if (!new Spelling(made, texts, isSpelled).hasOneOf(texts, '')) continue;
        proven++;
        const dfa = Dfa.of(pattern)!;
        for (let tries = 0; tries < 20; tries++) {
          const text = randomText(below, 10);
          const lower = text.replaceAll('ſ', 's').replaceAll('\u212a', 'k').toLowerCase();
          if (texts.some((one) => lower.includes(one))) continue;
          assert.ok(!dfa.test(unitsOf(text), 0, text.length), `${pattern} in ${text}`);
        }
      }
    }
    assert.ok(proven > 100, `${proven} proven`);
  });
});

describe('an expression in reverse', () => {
  it('matches what the expression matches, backwards', () => {
    const below = generator(5);
    let matched = 0;
    for (let count = 0; count < 1500; count++) {
      const pattern = randomExpression(below, 2 + below(4));
      const dfa = Dfa.of(pattern);
      const made = programOf(reversed(parsed(pattern)));
      if (dfa === undefined || made === undefined) continue;
      const back = new Dfa(Steps.of(made.program, made.sets)!);
      for (let tries = 0; tries < 8; tries++) {
        const text = randomText(below, 14);
        // Halves of pairs would be put together.
        if (!text.isWellFormed()) continue;
        const mirrored = [...text].reverse().join('');
        const isMatch: boolean | undefined = dfa.test(unitsOf(text), 0, text.length);
        const isBack = back.test(unitsOf(mirrored), 0, mirrored.length);
        if (isMatch) matched++;
        assert.equal(isBack, isMatch, `${pattern} in ${JSON.stringify(text)}`);
      }
    }
    assert.ok(matched > 3000, `${matched} matched`);
  });
});
