/**
 * What a client declared that it can do, as the key under which links and inventories are kept.
 *
 * Legacy servers fix their tool list by the capabilities declared in `initialize` (server-everything lists 13 tools
 * for a client with none and 19 for one with all), so capability sets never mix on one link. A profile is the
 * canonical form of one such set: equal sets give the same object.
 */

import { Lru } from '../lib/lru.ts';

export interface Profile {
  /** Canonical JSON of the capabilities; '' for none. */
  readonly key: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
}

export const NO_PROFILE: Profile = Object.freeze({ key: '', capabilities: Object.freeze({}) });

/** A declaration is some hundred bytes; a larger one is somebody growing our keys. */
const PROFILE_BYTES_MAX = 4096;
/** Distinct declarations seen: a handful of client programs, each in a few versions. */
const interned = new Lru<string, Profile>(256);

/** The profile of a `ClientCapabilities` object given as raw JSON text; undefined where it is too large or no object. */
export function profileOf(text: string): Profile | undefined {
  if (text === '' || text === '{}') return NO_PROFILE;
  const known = interned.get(text);
  if (known !== undefined) return known;
  if (text.length > PROFILE_BYTES_MAX) return undefined;
  const capabilities: unknown = JSON.parse(text);
  if (typeof capabilities !== 'object' || capabilities === null || Array.isArray(capabilities)) {
    return undefined;
  }
  const key = JSON.stringify(sorted(capabilities));
  const profile =
    key === '{}'
      ? NO_PROFILE
      : Object.freeze({ key, capabilities: capabilities as Record<string, unknown> });
  interned.set(text, profile);
  return profile;
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([k, v]) => [k, sorted(v)]));
}
