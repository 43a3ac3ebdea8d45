/**
 * The anchors of all rules that read one form in one direction: one automaton, and whose each anchor is.
 *
 * A table of its own for each: one over the anchors of all forms and directions has 27,000 states and 14 MB, is read at the
 * speed of memory, and stops at every anchor that does not count where it stands (5,400 states and 0.7 MB are enough for
 * what is looked for in arguments as they stand).
 */

import { Automaton, compile, type Reads, type Tables } from './automaton.ts';
import { isLetter } from './letters.ts';
import type { Form } from './rule.ts';

const isWord = (code: number) =>
  (code >= 0x30 && code <= 0x39) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x61 && code <= 0x7a);
const isCompact = (code: number) => isWord(code) || code === 0x5f || code === 0x2d;

/** Characters of ASCII that a form has. */
const KEEPS: Readonly<Record<Form, (code: number) => boolean>> = {
  exact: () => true,
  compact: isCompact,
  words: (code) => isWord(code) || code === 0x20,
  joined: isWord,
};
/** Half of a pair is none either: where a pair is a letter, the form has more than is read here, and what is said is too much. */
const isNoWord = (code: number) => (code < 0x80 ? !isWord(code) : !isLetter(code));

/**
 * How a text is read for what stands in a form of it. The forms leave characters out and change no others (but case), so an
 * anchor is in a form exactly if an automaton that skips those characters finds it in the text itself.
 */
const READS: Readonly<Record<Form, Reads>> = {
  exact: {},
  compact: { skips: (code) => !isCompact(code) },
  words: { blanks: isNoWord },
  joined: { skips: isNoWord },
};

export class Anchors {
  readonly automaton: Automaton;
  readonly literals: readonly string[];
  /** The rules and detectors of an anchor: `ruleOf` from `ruleFrom[anchor]` up to `ruleFrom[anchor + 1]`. */
  readonly ruleFrom: Uint32Array;
  readonly ruleOf: Uint16Array;
  readonly isEmpty: boolean;

  /** Whether an anchor can stand in a form at all. */
  static canStandIn(form: Form, anchor: string): boolean {
    return [...anchor].every((sign) => sign > '\x7f' || KEEPS[form](sign.charCodeAt(0)));
  }

  /** `rules`: of each anchor, whose it is. `tables` are those of the same anchors in another thread. */
  constructor(form: Form, rules: ReadonlyMap<string, readonly number[]>, tables?: Tables) {
    const literals = [...rules.keys()];
    this.literals = literals;
    this.isEmpty = literals.length === 0;
    this.automaton = new Automaton(tables ?? compile(literals, READS[form]));
    this.ruleOf = Uint16Array.from([...rules.values()].flat());
    this.ruleFrom = new Uint32Array(literals.length + 1);
    [...rules.values()].forEach((of, literal) => {
      this.ruleFrom[literal + 1] = this.ruleFrom[literal]! + of.length;
    });
  }
}
