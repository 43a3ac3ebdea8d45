/**
 * Free TCP ports for programs that cannot take port 0.
 */

import { createServer } from 'node:net';

/** A port that was free a moment ago on the loopback. Prefer port 0 where the program can say what it got. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
