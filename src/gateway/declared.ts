/**
 * What a legacy client says of itself in `initialize`.
 */

import { type Profile, profileOf } from '../backends/backends.ts';
import { isLegacy, LATEST_LEGACY } from '../protocol/eras.ts';
import type { Message } from '../protocol/message.ts';

export interface Declared {
  /** The revision that the session will speak. */
  readonly version: string;
  readonly profile: Profile;
  /** JSON text. */
  readonly clientInfo: string;
}

/** A client's name for itself travels with every call to a modern server. */
const CLIENT_INFO_MAX = 2_048;
const UNNAMED = '{"name":"unknown","version":"0"}';

/** Undefined where the params lack what `initialize` needs. */
export function declaredBy(message: Message): Declared | undefined {
  const params = message.value(message.paramsStart, message.paramsEnd) as
    | { protocolVersion?: unknown; capabilities?: unknown; clientInfo?: unknown }
    | undefined;
  const asked = params?.protocolVersion;
  const profile = profileOf(JSON.stringify(params?.capabilities ?? null));
  if (typeof asked !== 'string' || profile === undefined) return undefined;
  // 2025-11-25 lifecycle: the asked version if supported, else the latest that we have.
  const version = isLegacy(asked) ? asked : LATEST_LEGACY;
  const info = JSON.stringify(params?.clientInfo ?? { name: 'unknown', version: '0' });
  return { version, profile, clientInfo: info.length > CLIENT_INFO_MAX ? UNNAMED : info };
}
