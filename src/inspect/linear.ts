/** Expressions whose time is linear in the text, whatever the text (RE2 syntax). */

import { RE2JS } from 're2js';

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

  constructor(pattern: string) {
    this.#expression = RE2JS.compile(pattern);
    this.#hasValue = pattern.includes('<value>');
  }

  /** All matches within text[from, to). */
  *matches(text: string, from = 0, to = text.length): Generator<Match> {
    const matcher = this.#expression.matcher(text.slice(from, to));
    while (matcher.find()) {
      const [start, end] = [matcher.start() + from, matcher.end() + from];
      const hasValue = this.#hasValue && matcher.group('value') !== null;
      yield {
        start,
        end,
        valueStart: hasValue ? matcher.start('value') + from : start,
        valueEnd: hasValue ? matcher.end('value') + from : end,
      };
    }
  }
}
