/** Expressions whose time is linear in the text, whatever the text (RE2 syntax). */

import { RE2JS } from 're2js';
import { Dfa } from './dfa.ts';
import { filterOf, type Part, partsOf } from './needs.ts';
import { foldsCase } from './pattern.ts';
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
  /** All matches within text[from, to), by where they begin. */
  matches(text: string, from: number, to: number): Iterable<Match>;
}

/** Up to so many characters an expression is run as one. */
const WHOLE_MAX = 3000;

/**
 * An expression and its parts, which tell what it needs. Those are asked whose needs a window has; where only one of them
 * matches it alone is run. A long expression is never run as one: its parts together would have as many states as the
 * product of their loops, and be read again and again without what is left of them.
 */
export class Linear implements Finder {
  readonly #parts: readonly Alternative[];
  readonly #mayMatch: ((text: string) => boolean) | undefined;
  readonly #whole: Alternative | undefined;

  constructor(pattern: string) {
    const parts = partsOf(pattern);
    const isFolded = foldsCase(pattern);
    this.#mayMatch = filterOf(parts, isFolded);
    this.#parts = parts.map((part) => new Alternative(part, isFolded));
    this.#whole =
      pattern.length <= WHOLE_MAX ? new Alternative({ pattern, needs: [] }, isFolded) : undefined;
  }

  /**
   * One character more on either side is shown to the expression, so that `\b`, `^` and `$` are true there only where they
   * are true of the text.
   */
  matches(text: string, from = 0, to = text.length): Match[] {
    const base = Math.max(0, from - 1);
    const piece = text.slice(base, to + 1);
    if (this.#mayMatch?.(piece) === false) return NONE;
    const units = unitsOf(text);
    const parts = this.#parts.filter(
      (part) => part.mayMatch(piece) && part.isIn(piece, units, base),
    );
    if (parts.length === 0) return NONE;
    // What the whole would find is then a match of this part, and the same one comes first.
    if (parts.length === 1) return parts[0]!.matches(piece, base, from, to);
    if (this.#whole !== undefined) return this.#whole.matches(piece, base, from, to);
    const all = parts.flatMap((part) => part.matches(piece, base, from, to));
    return all.sort((one, other) => one.start - other.start);
  }
}

const NONE: Match[] = [];

class Alternative {
  readonly #pattern: string;
  readonly #mayMatch: ((text: string) => boolean) | undefined;
  readonly #hasValue: boolean;
  #dfa: Dfa | null | undefined;
  #compiled: RE2JS | undefined;

  constructor(part: Part, isFolded: boolean) {
    this.#pattern = part.pattern;
    this.#mayMatch = filterOf([part], isFolded);
    this.#hasValue = part.pattern.includes('<value>');
  }

  mayMatch(text: string): boolean {
    return this.#mayMatch?.(text) !== false;
  }

  /**
   * Whether the piece holds a match, which stands in the units from `from` on. Most windows hold none, and that is asked first: the
   * answer comes from an automaton, and where the match lies from an engine that is a hundred times slower.
   */
  isIn(piece: string, units: Uint16Array, from: number): boolean {
    if (this.#dfa === undefined) this.#dfa = Dfa.of(this.#pattern) ?? null;
    return this.#dfa?.test(units, from, from + piece.length) ?? this.#engine.test(piece);
  }

  get #engine(): RE2JS {
    this.#compiled ??= RE2JS.compile(this.#pattern);
    return this.#compiled;
  }

  matches(piece: string, base: number, from: number, to: number): Match[] {
    const found: Match[] = [];
    const matcher = this.#engine.matcher(piece);
    for (let next = 0; next <= piece.length && matcher.find(next); ) {
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
