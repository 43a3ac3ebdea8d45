/**
 * The protocol revisions and the two eras they fall into.
 *
 * Modern (2026-07-28 and later): stateless, every request carries its version and capabilities in `_meta`.
 * Legacy (2025-11-25 and before): an initialize handshake opens a session.
 */

export type Era = 'modern' | 'legacy';

export const MODERN_VERSIONS = ['2026-07-28'] as const;
export const LEGACY_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;
export const LATEST_MODERN = MODERN_VERSIONS[0];
export const LATEST_LEGACY = LEGACY_VERSIONS[0];
/** What a legacy request without an MCP-Protocol-Version header speaks (2025-11-25 basic/transports). */
export const ASSUMED_LEGACY = '2025-03-26';
/** The only revision with batches; 2025-06-18 removed them. */
export const BATCH_VERSION = '2025-03-26';

export function isModern(version: string): boolean {
  return (MODERN_VERSIONS as readonly string[]).includes(version);
}

export function isLegacy(version: string): boolean {
  return (LEGACY_VERSIONS as readonly string[]).includes(version);
}

/** Prefix of the `_meta` keys that the specification keeps for itself (2026-07-28 basic/index). */
export const META = 'io.modelcontextprotocol/';
