/**
 * Where one request goes: the backend, and what the thing asked for is called there.
 */

import type { Backend, CallPolicy } from '../backends/backends.ts';
import type { ParamMirror } from '../protocol/param-mirror.ts';

export interface Target {
  readonly backend: Backend;
  /** The backend's name. */
  readonly server: string;
  /** The server's own name or URI, decoded; '' where the request names nothing. */
  readonly original: string;
  /** The JSON string to put in place of the client's; null where it is the same. */
  readonly originalJson: string | null;
  readonly mirrors: readonly ParamMirror[];
  readonly policy: CallPolicy;
}

export function resourceTarget(backend: Backend, original: string, uri: string): Target {
  const originalJson = original === uri ? null : JSON.stringify(original);
  const server = backend.name;
  return { backend, server, original, originalJson, mirrors: [], policy: backend.policies.reading };
}

/** A request that goes to a server as it is; `policy` where more is known of it than that. */
export function plainTarget(
  backend: Backend,
  original = '',
  policy: CallPolicy = backend.policies.plain,
): Target {
  return { backend, server: backend.name, original, originalJson: null, mirrors: [], policy };
}
