/**
 * What saying no costs: a refusal as a value, with its bytes, beside an exception for the same.
 *
 * In us. The reason for refusals as values is the flood: see the header of src/protocol/refusal.ts.
 */

import { type Refusal, refusalBytes, refuse } from '../../src/protocol/refusal.ts';
import { print, time } from '../stopwatch.ts';

/** Three frames, as between the stage that refuses and the one place that answers. */
const returned = (): Refusal => refuse('unknown_tool');
const passed = (): Refusal => returned();
const thrown = (): never => {
  throw new Error('There is no tool of this name.');
};
const caught = (): unknown => {
  try {
    return thrown();
  } catch (error) {
    return error;
  }
};

print(
  ['us', 'each'],
  [
    ['refusal returned', time(passed)],
    ['refusal and its bytes', time(() => refusalBytes('12345', passed()))],
    ['error thrown and caught', time(caught)],
  ],
);
