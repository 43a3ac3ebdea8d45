/**
 * What clients are told about how to get in: WWW-Authenticate (RFC 6750 3), and the metadata of a protected resource
 * (RFC 9728) to which it points.
 */

import type { Refusal } from '../protocol/refusal.ts';
import type { AuthConfig } from './config.ts';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** The document; undefined where no authorization server is known that a client could be sent to. */
export function metadataOf(auth: AuthConfig): Record<string, unknown> | undefined {
  const servers = [...auth.jwt, ...auth.introspection].flatMap(({ issuer }) =>
    issuer !== undefined && URL.canParse(issuer) ? [issuer] : [],
  );
  if (servers.length === 0 || auth.resource === undefined) return undefined;
  return {
    resource: auth.resource,
    authorization_servers: [...new Set(servers)],
    bearer_methods_supported: ['header'],
    ...(auth.scopes.length === 0 ? {} : { scopes_supported: auth.scopes }),
  };
}

/** Whether a path asks for it: with any endpoint's path behind it, or none. */
export function metadataPath(path: string): boolean {
  return path === WELL_KNOWN || path.startsWith(`${WELL_KNOWN}/`);
}

/** Its URL, with the path of the resource inserted behind the well-known part (RFC 9728 3.1). */
function metadataUrl(resource: string): string {
  const { origin, pathname } = new URL(resource);
  return `${origin}${WELL_KNOWN}${pathname === '/' ? '' : pathname}`;
}

/** The value of WWW-Authenticate for this refusal; undefined where none belongs. `isShown`: a credential was there. */
export function challenge(
  auth: AuthConfig,
  refusal: Refusal,
  isShown: boolean,
): string | undefined {
  const parts: string[] = [];
  if (refusal.code === 'insufficient_scope') {
    parts.push('error="insufficient_scope"');
    parts.push(`scope="${scopesOf(refusal).join(' ')}"`);
  } else if (refusal.code === 'unauthenticated') {
    // RFC 6750 3.1: no error where nothing was shown.
    if (isShown) parts.push('error="invalid_token"');
    if (auth.scopes.length > 0) parts.push(`scope="${auth.scopes.join(' ')}"`);
  } else return undefined;
  if (metadataOf(auth) !== undefined && auth.resource !== undefined) {
    parts.push(`resource_metadata="${metadataUrl(auth.resource)}"`);
  }
  return parts.length === 0 ? 'Bearer' : `Bearer ${parts.join(', ')}`;
}

function scopesOf({ data }: Refusal): readonly string[] {
  return Array.isArray(data?.scopes) ? (data.scopes as string[]) : [];
}
