/**
 * The `auth` part of the file: who may call.
 *
 * Nothing here opens a door by default beyond the loopback interface: `anonymous` left out means yes only there, and
 * config/ refuses a listener that others could reach unless the file says in so many words that everybody may call.
 */

import { z } from 'zod';

export const authSchema = z
  .strictObject({
    anonymous: z
      .boolean()
      .optional()
      .describe(
        'Everybody who can connect may call everything. Default: true while `listen.host` is a loopback address, ' +
          'else it must be said here.',
      ),
  })
  .prefault({})
  .describe('Who may call.');

export type AuthConfig = Readonly<z.output<typeof authSchema>>;

/**
 * Whether only programs on this machine can connect. A name other than localhost is not looked up: what it resolves
 * to may change after the check.
 */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return bare === 'localhost' || bare === '::1' || /^127(?:\.\d{1,3}){3}$/.test(bare);
}
