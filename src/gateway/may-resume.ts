/**
 * May a parked call go on? Its retry goes through no stage but this one: what was allowed when it was parked may be stopped
 * now, denied by a reload, or no longer on its route.
 */

import { type Refusal, refuse } from '../protocol/refusal.ts';
import type { Call } from './call.ts';
import type { House } from './handle.ts';
import { HIDDEN, permit, permitOther } from './permit.ts';
import type { Relay } from './relay.ts';

/** Why the retry `call` may not take up what waits in `relay`. */
export function refuseResuming(call: Call, relay: Relay, house: House): Refusal | undefined {
  const isThere = call.route.members.some(({ name }) => name === relay.backend.name);
  const no = isThere ? judge(call, relay, house) : HIDDEN;
  return no === HIDDEN ? unknown(call) : no;
}

function judge(call: Call, relay: Relay, house: House): Refusal | 'hidden' | undefined {
  const { backend, target } = relay;
  switch (call.message.method) {
    case 'tools/call':
    case 'prompts/get': {
      // A retry may declare other capabilities, for which nothing is listed: what was found at first is what goes on.
      const { entry } = relay.call.trail;
      return entry === null ? HIDDEN : permit(call, entry, house);
    }
    case 'resources/read':
      return permitOther(call, 'resource', backend, target.original, house);
    default:
      return permitOther(call, 'method', backend, call.message.method, house);
  }
}

/** As where it had not been there from the beginning. */
function unknown({ message: { method, uri } }: Call): Refusal {
  switch (method) {
    case 'tools/call':
      return refuse('unknown_tool');
    case 'prompts/get':
      return refuse('unknown_prompt');
    case 'resources/read':
      return refuse('unknown_resource', undefined, { uri });
    default:
      return refuse('unknown_method');
  }
}
