/**
 * What makes the first messages dear, done in pieces before they come or between them: every expression is compiled, and then,
 * once there are so many messages that more will come, others are rehearsed. Some six seconds of one core in all, once for each
 * set of rules in each thread: a gateway that is asked little is not worth as much.
 */

import { Rehearsal } from './rehearsal.ts';
import type { RuleSet } from './rule-set.ts';

/** Of rehearsing, in one piece. */
const SLICE_MS = 2;
/** Messages after which it begins. */
const MESSAGES_LEAST = 16;
/** Until there are as many it is asked so often. */
const ASK_MS = 1000;

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

  /** Does one piece after the other, whenever `soon` says; once, however often it is asked. */
  begin(soon: (next: () => void) => void): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    const next = () => {
      this.#step();
      if (this.#isWanted) soon(next);
      else if (this.left > 0) setTimeout(next, ASK_MS).unref();
    };
    soon(next);
  }

  get #isWanted(): boolean {
    const { uncompiled, messages } = this.#rules;
    return uncompiled > 0 || (this.#rehearsal.left > 0 && messages >= MESSAGES_LEAST);
  }

  #step(): void {
    const rule = this.#rules.firstUncompiled;
    if (rule >= 0) this.#rules.expression(rule);
    else if (this.#isWanted) this.#rehearsal.next(SLICE_MS);
  }
}

const all = new WeakMap<RuleSet, Preparation>();
