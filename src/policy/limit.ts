/**
 * Limits on one argument of a tool: which values, texts and numbers it may have.
 *
 * A list counts by its elements, each of which must be right. A value of another kind than the limit speaks of is not
 * within it: a number is no text that matches, and a text is no number below a maximum.
 */

import type { RE2JS } from 're2js';
import type { LimitConfig } from './config.ts';
import type { Size } from './cost.ts';
import { compilePattern } from './expression.ts';

const VALUE_STEPS = 50;
const PATTERN_STEPS = 25;

export class Limit {
  readonly #path: readonly string[];
  readonly #values: ReadonlySet<unknown> | null;
  readonly #pattern: RE2JS | null;
  readonly #minimum: number;
  readonly #maximum: number;
  readonly #isNumeric: boolean;
  readonly #isRequired: boolean;

  constructor({ param, values, pattern, minimum, maximum, required }: LimitConfig) {
    this.#path = param.split('.');
    this.#values = values === undefined ? null : new Set(values);
    const compiled = pattern === undefined ? null : compilePattern(pattern, 'whole');
    if (typeof compiled === 'string') throw new Error(`a pattern that must be ${compiled}`);
    this.#pattern = compiled;
    this.#minimum = minimum ?? Number.NEGATIVE_INFINITY;
    this.#maximum = maximum ?? Number.POSITIVE_INFINITY;
    this.#isNumeric = minimum !== undefined || maximum !== undefined;
    this.#isRequired = required;
  }

  /** Steps that a look takes at most. */
  cost({ values, chars }: Size): number {
    return VALUE_STEPS * values + (this.#pattern === null ? 1 : PATTERN_STEPS) * chars;
  }

  allows(args: Readonly<Record<string, unknown>>): boolean {
    let value: unknown = args;
    for (const part of this.#path) {
      const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
      // On the way there must be groups: in place of one, a list or a text may hide anything.
      if (!isGroup) return false;
      if (!Object.hasOwn(value as object, part)) return !this.#isRequired;
      value = (value as Record<string, unknown>)[part];
    }
    if (Array.isArray(value)) return value.every((element) => this.#allowsOne(element));
    return this.#allowsOne(value);
  }

  #allowsOne(value: unknown): boolean {
    if (this.#values !== null && !this.#values.has(value)) return false;
    if (this.#pattern !== null) {
      if (typeof value !== 'string' || !this.#pattern.test(value)) return false;
    }
    if (!this.#isNumeric) return true;
    return typeof value === 'number' && value >= this.#minimum && value <= this.#maximum;
  }
}
