/**
 * Every call that has no answer yet, so that a stop finds them.
 *
 * A list through the calls themselves: entering and leaving allocate nothing.
 */

import type { Call } from './call.ts';

export class InFlight {
  #first: Call | null = null;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(call: Call): void {
    const first = this.#first;
    call.nextInFlight = first;
    if (first !== null) first.previousInFlight = call;
    this.#first = call;
    this.#size += 1;
  }

  remove(call: Call): void {
    const { previousInFlight: before, nextInFlight: after } = call;
    if (before === null) this.#first = after;
    else before.nextInFlight = after;
    if (after !== null) after.previousInFlight = before;
    call.nextInFlight = null;
    call.previousInFlight = null;
    this.#size -= 1;
  }

  /** The same call in other words. */
  replace(call: Call, by: Call): void {
    this.add(by);
    this.remove(call);
  }

  /** As they are now: what is done to them may change the list. */
  all(): Call[] {
    const calls: Call[] = [];
    for (let call = this.#first; call !== null; call = call.nextInFlight) calls.push(call);
    return calls;
  }
}
