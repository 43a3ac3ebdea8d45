/**
 * What makes the first messages dear, done in pieces before they come or between them: every expression is compiled, and then
 * messages are rehearsed. A few seconds of one core in all, once for each set of rules in each thread.
 */

import { Rehearsal } from './rehearsal.ts';
import type { RuleSet } from './rule-set.ts';

/** Of rehearsing, in one piece. */
const SLICE_MS = 2;

export class Preparation {
  readonly #rules: RuleSet;
  readonly #rehearsal: Rehearsal;
  #isBegun = false;

  /** That of these rules: whoever has the same ones shares it. */
  static of(rules: RuleSet): Preparation {
    const known = all.get(rules);
    if (known !== undefined) return known;
    const made = new Preparation(rules);
    all.set(rules, made);
    return made;
  }

  private constructor(rules: RuleSet) {
    this.#rules = rules;
    this.#rehearsal = new Rehearsal(rules);
  }

  /** Expressions and messages that are left. */
  get left(): number {
    return this.#rules.uncompiled + this.#rehearsal.left;
  }

  /** Does one piece after the other, whenever `later` says; once, however often it is asked. */
  begin(later: (next: () => void) => void): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    const next = () => {
      this.#step();
      if (this.left > 0) later(next);
    };
    later(next);
  }

  #step(): void {
    const rule = this.#rules.firstUncompiled;
    if (rule >= 0) this.#rules.expression(rule);
    else this.#rehearsal.next(SLICE_MS);
  }
}

const all = new WeakMap<RuleSet, Preparation>();
