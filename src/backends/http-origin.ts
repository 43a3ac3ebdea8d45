/**
 * Connections to one HTTP origin, shared by all links to it and closed with the last of them.
 *
 * Sharing is safe because a connection carries no identity: credentials and sessions are in each request. A pool is
 * bound to its origin and undici's dispatch follows no redirect, so that configured headers go nowhere else.
 */

import { Pool } from 'undici';

/** Streams hold a connection each; beyond this, requests wait in the pool until their deadline. */
const CONNECTIONS_MAX = 256;
const HEADER_BYTES_MAX = 64 * 1024;

interface Shared {
  readonly pool: Pool;
  links: number;
}

const shared = new Map<string, Shared>();

export interface Origin {
  readonly pool: Pool;
  /** Gives the connections up; requests still under way on them are cut when nobody else uses them. */
  release(): Promise<void>;
}

export function openOrigin(url: URL, connectMs: number): Origin {
  const key = `${url.origin} ${connectMs}`;
  let entry = shared.get(key);
  if (entry === undefined) {
    const pool = new Pool(url.origin, {
      connections: CONNECTIONS_MAX,
      pipelining: 1,
      maxHeaderSize: HEADER_BYTES_MAX,
      connect: { timeout: connectMs },
      // Answers and streams have deadlines of their own, per request.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    entry = { pool, links: 0 };
    shared.set(key, entry);
  }
  const held = entry;
  held.links += 1;
  let isHeld = true;
  const release = async () => {
    if (!isHeld) return;
    isHeld = false;
    held.links -= 1;
    if (held.links > 0) return;
    shared.delete(key);
    await held.pool.destroy();
  };
  return { pool: held.pool, release };
}
