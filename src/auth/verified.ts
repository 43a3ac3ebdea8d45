/**
 * What a method says of a credential that is right.
 */

import type { Caller } from '../model.ts';

export interface Verified {
  readonly caller: Caller;
  /** Until when it may be taken without another look, in ms since the epoch. */
  readonly until: number;
}
