/**
 * Which front ends this process can test: the add-on has binaries for some versions of Node.js only, and none may be
 * loaded under --no-addons.
 */

import { chooseFront } from '../../src/edge/edge.ts';

/** Why front `uws` cannot be tested here; false where it can. Given to node:test as `skip`, so that it is said. */
export const UWS_MISSING: string | false = await chooseFront('uws').then(
  () => false as const,
  (error: Error) => error.message,
);

export function skipOf(front: string): string | false {
  return front === 'uws' ? UWS_MISSING : false;
}
