/** Expressions whose time is linear in the text, whatever the text (RE2 syntax). */

import { RE2JS } from 're2js';
import { Dfa } from './dfa.ts';
import { Grams, Needs } from './grams.ts';
import { partsOf } from './needs.ts';
import type { Steps } from './steps.ts';
import { unitsOf } from './units.ts';

export interface Match {
  readonly start: number;
  readonly end: number;
  /** The group `value`, or the whole match. */
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** One that can find where an expression matches. */
export interface Finder {
  /** Whether there may be any; much cheaper to ask, where it is there. */
  isIn?(text: string, from: number, to: number): boolean;
  /** All matches within text[from, to), by where they begin. */
  matches(text: string, from: number, to: number): Iterable<Match>;
}

/** Up to so many characters an expression is run as one. */
const WHOLE_MAX = 3000;
/** Of the window that is being looked at. */
const within = new Grams();
const NONE: Match[] = [];

/**
 * An expression: whether a window holds a match is asked of all of it, or, of a long one or one that only re2js understands, of
 * those parts whose needs the window has. Its parts together would have as many states as the product of their loops.
 */
export class Linear implements Finder {
  readonly #pattern: string;
  readonly #whole: Alternative | undefined;
  readonly #isAsked: boolean;
  #split: Split | undefined;

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#whole = pattern.length <= WHOLE_MAX ? new Alternative(pattern) : undefined;
    this.#isAsked = this.#whole?.isOwn === true;
  }

  /** Of the whole expression, where an own automaton is asked of it. */
  get steps(): Steps | undefined {
    return this.#isAsked ? this.#whole!.steps : undefined;
  }

  isIn(text: string, from: number, to: number): boolean {
    const base = Math.max(0, from - 1);
    const end = Math.min(text.length, to + 1);
    if (this.#isAsked) return this.#whole!.isIn(text, base, end);
    return this.#partsIn(text, base, end).length > 0;
  }

  /**
   * One character more on either side is shown to the expression, so that `\b`, `^` and `$` are true there only where they
   * are true of the text.
   */
  matches(text: string, from = 0, to = text.length): Match[] {
    const base = Math.max(0, from - 1);
    const end = Math.min(text.length, to + 1);
    const parts = this.#partsIn(text, base, end);
    if (parts.length === 0) return NONE;
    const piece = text.slice(base, end);
    // What the whole would find is then a match of this part, and the same one comes first.
    if (parts.length === 1) return parts[0]!.matches(text, piece, base, from, to);
    if (this.#whole !== undefined) return this.#whole.matches(text, piece, base, from, to);
    const all = parts.flatMap((part) => part.matches(text, piece, base, from, to));
    return all.sort((one, other) => one.start - other.start);
  }

  #partsIn(text: string, base: number, end: number): Alternative[] {
    const { needs, parts } = this.#taken;
    within.read(unitsOf(text), base, end);
    return needs
      .met(within)
      .map((index) => parts[index]!)
      .filter((part) => part.isIn(text, base, end));
  }

  get #taken(): Split {
    this.#split ??= takenApart(this.#pattern);
    return this.#split;
  }
}

interface Split {
  readonly needs: Needs;
  readonly parts: readonly Alternative[];
}

function takenApart(pattern: string): Split {
  const parts = partsOf(pattern);
  return {
    needs: new Needs(parts.map(({ needs }) => needs)),
    parts: parts.map((part) => new Alternative(part.pattern)),
  };
}

class Alternative {
  readonly #pattern: string;
  readonly #hasValue: boolean;
  #dfa: Dfa | null | undefined;
  #compiled: RE2JS | undefined;

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#hasValue = pattern.includes('<value>');
  }

  /** Whether it is asked of an own automaton and not of re2js. */
  get isOwn(): boolean {
    return this.#own !== undefined;
  }

  get steps(): Steps | undefined {
    return this.#own?.steps;
  }

  get #own(): Dfa | undefined {
    if (this.#dfa === undefined) this.#dfa = Dfa.of(this.#pattern) ?? null;
    return this.#dfa ?? undefined;
  }

  /**
   * Whether text[from, to) holds a match. Most windows hold none, and that is asked first: the answer comes from an automaton,
   * and where the match lies from an engine that is a hundred times slower.
   */
  isIn(text: string, from: number, to: number): boolean {
    return this.#own?.test(unitsOf(text), from, to) ?? this.#engine.test(text.slice(from, to));
  }

  /**
   * Whether there may be a match from piece[next] on. To look for one more in vain costs as much as to find the first, so it is asked
   * of the automaton, with the character before, which edges of words and lines depend on.
   */
  #isBehind(text: string, piece: string, base: number, next: number): boolean {
    if (next > piece.length) return false;
    const own = next === 0 ? undefined : this.#own;
    return own?.test(unitsOf(text), base + next - 1, base + piece.length) ?? true;
  }

  get #engine(): RE2JS {
    this.#compiled ??= RE2JS.compile(this.#pattern);
    return this.#compiled;
  }

  /** `piece` is of the text, from `base` on. */
  matches(text: string, piece: string, base: number, from: number, to: number): Match[] {
    const found: Match[] = [];
    const matcher = this.#engine.matcher(piece);
    for (let next = 0; this.#isBehind(text, piece, base, next) && matcher.find(next); ) {
      const [start, end] = [matcher.start(), matcher.end()];
      const hasValue = this.#hasValue && matcher.start('value') >= 0;
      const valueStart = hasValue ? matcher.start('value') : start;
      const valueEnd = hasValue ? matcher.end('value') : end;
      next = start + 1;
      if (start + base < from || end + base > to) continue;
      // Behind the value and not behind the match: what ends one token may be what the next begins with.
      next = Math.max(next, valueEnd);
      found.push({
        start: start + base,
        end: end + base,
        valueStart: valueStart + base,
        valueEnd: valueEnd + base,
      });
    }
    return found;
  }
}
