/**
 * Whether a rule's expression may match around one of its anchors: told by the few characters right behind it and right before it.
 *
 * A window is as wide as the rule reaches, 480 characters of prose, and nearly all are opened by a word that is followed by nothing
 * the rule knows. So the expression is read on from wherever it has the anchor, until nothing can come of it any more: after one
 * character, or ten. Backwards it is the expression in reverse.
 *
 * Where each match is proven to spell an anchor letter by letter (spelling.ts), it is read on from there only; else also from where
 * the anchor stands in what a class of characters reads. That each match has one at all is what rules promise
 * (test/inspect/anchors.test.ts); signals do not, whose anchors are narrower than they are: of those every anchor opens a window.
 */

import { Dfa, Start } from './dfa.ts';
import { parsed } from './pattern.ts';
import { compiledOf, programOf } from './program.ts';
import type { TextRule } from './rule.ts';
import { reversed, Spelling } from './spelling.ts';
import { Steps } from './steps.ts';

export class Around {
  readonly #pattern: string;
  readonly #anchors: readonly string[];
  readonly #isSpelled: boolean;
  readonly #ahead: Side;
  /** Made when it is first asked: nearly always nothing can come behind the anchor. */
  #back: Side | undefined;

  /** Undefined where nothing can be told. `before`: what stands before each match, a blank or nothing. `steps`: of the pattern. */
  static of(
    { pattern, confidence }: Pick<TextRule, 'pattern' | 'confidence'>,
    anchors: readonly string[],
    before: string,
    steps?: Steps,
  ): Around | undefined {
    const made = compiledOf(pattern);
    const own = made === undefined ? undefined : (steps ?? Steps.of(made.program, made.sets));
    if (own === undefined) return undefined;
    const hasOne = (spelling: Spelling) => spelling.hasOneOf(anchors, before);
    const spelled = new Spelling(made!, anchors, true);
    const isSpelled = hasOne(spelled);
    const spelling = isSpelled ? spelled : new Spelling(made!, anchors, false);
    if (!isSpelled && confidence === 'low' && !hasOne(spelling)) return undefined;
    return new Around(pattern, anchors, isSpelled, new Side(spelling, own, anchors, 1));
  }

  private constructor(
    pattern: string,
    anchors: readonly string[],
    isSpelled: boolean,
    ahead: Side,
  ) {
    this.#pattern = pattern;
    this.#anchors = anchors;
    this.#isSpelled = isSpelled;
    this.#ahead = ahead;
  }

  /**
   * Whether a match may lie around the anchor that ends at `to`, within so many characters before and behind it. `length`: of the text.
   */
  mayMatch(
    units: Uint16Array,
    length: number,
    anchor: string,
    to: number,
    [before, behind]: readonly [number, number],
  ): boolean {
    const from = to - anchor.length;
    return (
      this.#ahead.mayGoOn(units, anchor, to, Math.min(length, to + behind), length) &&
      this.#before.mayGoOn(units, anchor, from, Math.max(0, from - before), 0)
    );
  }

  get #before(): Side {
    if (this.#back === undefined) {
      // As large as the one ahead, which was understood.
      const made = programOf(reversed(parsed(this.#pattern)))!;
      const spelling = new Spelling(made, this.#anchors, this.#isSpelled);
      this.#back = new Side(spelling, Steps.of(made.program, made.sets)!, this.#anchors, -1);
    }
    return this.#back;
  }
}

/** What may come on one side of each anchor. */
class Side {
  readonly #dfa: Dfa;
  readonly #by: 1 | -1;
  readonly #edges = new Map<string, Edge>();

  /** `by`: in which direction the spelling is. */
  constructor(spelling: Spelling, steps: Steps, anchors: readonly string[], by: 1 | -1) {
    const goingOn = steps.goingOn();
    this.#dfa = new Dfa(goingOn);
    this.#by = by;
    for (const anchor of anchors) {
      const kept = by === 1 ? anchor.trimEnd() : anchor.trimStart();
      const letters = [...anchor.trim()];
      if (by === -1) letters.reverse();
      const nodes = spelling.behind(letters.join(''));
      const last = letters.at(-1)!.codePointAt(0)!;
      const set = nodes.length === 0 ? undefined : goingOn.at(nodes, last);
      if (set === undefined) continue;
      this.#edges.set(anchor, { blanks: anchor.length - kept.length, start: new Start(set) });
    }
  }

  /** `at`: where the anchor ends; `to`: how far is read, to the end of the text where that is `end`. */
  mayGoOn(units: Uint16Array, anchor: string, at: number, to: number, end: number): boolean {
    const edge = this.#edges.get(anchor);
    if (edge === undefined) return true;
    return this.#dfa.mayGoOn(edge.start, units, at - this.#by * edge.blanks, to, to === end);
  }
}

/** Of an anchor behind which not everything is a match: its blanks there, which may be none of the match, and what may follow. */
interface Edge {
  readonly blanks: number;
  readonly start: Start;
}
