/**
 * A compiled check: made from source text, asked about arguments.
 *
 * The source was made by ajv in the worker of this process; nothing of it comes from anywhere else.
 */

import { requireFor } from './library.ts';
import { type Mistake, words } from './words.ts';

type Validator = ((value: unknown) => boolean) & { errors?: Mistake[] | null };

export class Check {
  readonly #validate: Validator;

  /** Throws where the source cannot be run: code from strings may be forbidden to this process. */
  constructor(source: string) {
    const module = { exports: {} as Validator };
    new Function('module', 'require', source)(module, requireFor);
    this.#validate = module.exports;
  }

  /** What is wrong with the arguments, as a sentence; undefined where nothing is. */
  fault(args: unknown): string | undefined {
    if (this.#validate(args)) return undefined;
    return words(this.#validate.errors?.[0]);
  }
}
