/**
 * One call to a server for everybody who asks the same at the same time.
 *
 * The gateway makes it in its own name: without capabilities, so that the server has nobody to ask, and without logs, so
 * that nothing in the result is about one of those who wait. It goes on for as long as anybody waits, and is cancelled
 * at the server when nobody does. What comes of it goes to all, errors too, so that a failure is no stampede.
 */

import { type Entry, NO_PROFILE } from '../../backends/backends.ts';
import { LATEST_MODERN, META } from '../../protocol/eras.ts';
import { NAME, VERSION } from '../../protocol/identity.ts';
import { isFault, read } from '../../protocol/json-rpc.ts';
import type { Message } from '../../protocol/message.ts';
import { type Refusal, refuse } from '../../protocol/refusal.ts';
import { bufferOf, type Spliced } from '../../protocol/splice.ts';
import { Call } from '../call.ts';
import type { Outlet } from '../outlet.ts';
import type { Parking } from '../parking.ts';
import { Relay } from '../relay.ts';

/** What came of a flight, in the words of 2026-07-28: a reply, or why there is none. */
export type Landed = Message | Refusal;

export class Flight implements Outlet {
  onAbort: (() => void) | null = null;
  readonly waiting = new Set<Call>();
  /** For whom it is made. */
  readonly callerId: string;
  readonly #call: Call;
  readonly #entry: Entry;
  readonly #parking: Parking;
  readonly #onLanded: (landed: Landed | null) => void;

  /** `onLanded` hears once how it ended; null where nobody waited any more. */
  constructor(
    leader: Call,
    entry: Entry,
    parking: Parking,
    onLanded: (landed: Landed | null) => void,
  ) {
    this.#entry = entry;
    this.#parking = parking;
    this.#onLanded = onLanded;
    const { route, caller } = leader;
    this.callerId = caller.id;
    const request = requestOf(leader.message);
    this.#call = new Call(route, caller, request, null, NO_PROFILE, null, this, () => {});
    this.#call.trail.trace = leader.trail.trace;
    this.#call.onFoundLate = (_, found) => leader.onFoundLate?.(leader, found);
  }

  /** Throws what a bug throws, after everybody who waits has been told. */
  async start(): Promise<void> {
    try {
      await new Relay(this.#call, this.#entry, this.#parking).start();
    } catch (error) {
      this.#call.refuse(refuse('internal'));
      throw error;
    }
  }

  join(call: Call): void {
    this.waiting.add(call);
    call.backend = this.#entry.backend;
    call.original = this.#entry.original;
    call.onCancel = (reason) => this.#leave(call, reason);
  }

  #leave(call: Call, reason: string): void {
    if (this.waiting.delete(call) && this.waiting.size === 0) this.#call.cancel(reason);
  }

  push(): void {
    // Progress without a token of anybody's is about nothing that they know.
  }

  end(answer: Buffer | Spliced): void {
    const { refusal, found, trail } = this.#call;
    for (const call of this.waiting) {
      // With what was found in its own arguments.
      if (found !== null) call.found = [...(call.found ?? []), ...found];
      call.trail.flown(trail);
    }
    if (refusal !== null) {
      this.#onLanded(refusal);
      return;
    }
    const reply = read(bufferOf(answer));
    this.#onLanded(isFault(reply) ? refuse('internal', undefined, undefined, reply.why) : reply);
  }

  drop(): void {
    this.#onLanded(null);
  }
}

const META_JSON = JSON.stringify({
  [`${META}protocolVersion`]: LATEST_MODERN,
  [`${META}clientCapabilities`]: {},
  [`${META}clientInfo`]: { name: NAME, version: VERSION },
});

/** The same tool with the same bytes of arguments, asked for by the gateway. */
function requestOf(message: Message): Message {
  const name = message.text(message.nameStart, message.nameEnd);
  const given = message.text(message.argumentsStart, message.argumentsEnd);
  const args = given === '' ? '' : `,"arguments":${given}`;
  const params = `{"_meta":${META_JSON},"name":${name}${args}}`;
  const text = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`;
  const request = read(Buffer.from(text));
  if (isFault(request)) throw new Error('a request of the gateway is not a message');
  return request;
}
