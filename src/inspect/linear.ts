/** Expressions whose time is linear in the text, whatever the text (RE2 syntax). */

import { RE2JS } from 're2js';
import { testsOf } from './needs.ts';

export interface Match {
  readonly start: number;
  readonly end: number;
  /** The group `value`, or the whole match. */
  readonly valueStart: number;
  readonly valueEnd: number;
}

export class Linear {
  readonly #expression: RE2JS;
  readonly #hasValue: boolean;
  /** What a text lacks that cannot match. */
  readonly #needs: readonly RegExp[];

  constructor(pattern: string) {
    this.#expression = RE2JS.compile(pattern);
    this.#hasValue = pattern.includes('<value>');
    this.#needs = testsOf(pattern);
  }

  /**
   * All matches within text[from, to).
   *
   * One character more on either side is shown to the expression, so that `\b`, `^` and `$` are true there only where they
   * are true of the text. Most windows hold no match: that is asked first, as the answer comes from a lazy DFA, and where
   * the match lies from an engine that is some ten times slower (bench/micro/inspect.ts).
   */
  *matches(text: string, from = 0, to = text.length): Generator<Match> {
    const base = Math.max(0, from - 1);
    const piece = text.slice(base, to + 1);
    for (const need of this.#needs) if (!need.test(piece)) return;
    if (!this.#expression.test(piece)) return;
    const matcher = this.#expression.matcher(piece);
    for (let next = 0; next <= piece.length && matcher.find(next); ) {
      const [start, end] = [matcher.start(), matcher.end()];
      const hasValue = this.#hasValue && matcher.start('value') >= 0;
      const valueStart = hasValue ? matcher.start('value') : start;
      const valueEnd = hasValue ? matcher.end('value') : end;
      next = start + 1;
      if (start + base < from || end + base > to) continue;
      // Behind the value and not behind the match: what ends one token may be what the next begins with.
      next = Math.max(next, valueEnd);
      yield {
        start: start + base,
        end: end + base,
        valueStart: valueStart + base,
        valueEnd: valueEnd + base,
      };
    }
  }
}
