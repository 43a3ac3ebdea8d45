/**
 * The entrance to this folder: where calls go.
 *
 * `backend.ts` is one server with its links, leases and inventories; `link.ts` one conversation with it, over a child's
 * pipes (`stdio-process.ts`), Streamable HTTP (`http-backend.ts`) or HTTP+SSE (`sse-backend.ts`); `catalog.ts` what a route
 * makes of several of them.
 */

import { isDeepStrictEqual } from 'node:util';
import { Backend } from './backend.ts';
import type { ServerConfig } from './config.ts';
import type { BackendHost } from './contract.ts';

export { ask as askFor, notSupported } from './ask.ts';
export { Backend } from './backend.ts';
export {
  buildCatalog,
  type Catalog,
  type Entry,
  findResource,
  type Shelf,
  type View,
} from './catalog.ts';
export type { NamingConfig, ServerConfig, VirtualConfig } from './config.ts';
export type { BackendHost, BackendStats } from './contract.ts';
export type { Place, Queued, Share } from './fair-queue.ts';
export { SESSION_LOST } from './http-fault.ts';
export {
  type Definition,
  type Hints,
  type Inventory,
  NO_HINTS,
  redefined,
  type Withdrawn,
} from './inventory.ts';
export type { Lease, LeaseHolder } from './lease.ts';
export type { Link, Mirror, Ran, Receiver } from './link.ts';
export { NO_PROFILE, type Profile, profileOf } from './profile.ts';
export type { BreakerReport, CachePolicy, CallCounters, CallPolicy } from './tool-policy.ts';
export { LIST_CHANGES } from './watch.ts';

/**
 * The backends of a new configuration: those whose entry did not change are kept with their processes, the others
 * are made anew (not yet started). The caller starts the new and closes what is left of the old.
 */
export function reconcile(
  old: ReadonlyMap<string, Backend>,
  servers: Readonly<Record<string, ServerConfig>>,
  host: BackendHost,
): Map<string, Backend> {
  const next = new Map<string, Backend>();
  for (const [name, config] of Object.entries(servers)) {
    const kept = old.get(name);
    const same = kept !== undefined && isDeepStrictEqual(kept.config, config);
    next.set(name, same ? kept : new Backend(name, config, host));
  }
  return next;
}
