/**
 * To which era does a message belong, and may it enter it?
 *
 * Pure. The body decides and the headers must agree: an intermediary that trusts the headers and a server that trusts
 * the body must not see two different requests (2026-07-28 basic/transports/streamable-http, "Standard headers").
 * A claim that is there but unusable refuses; it never falls back to the legacy era, where the same bytes could mean
 * something else. Whether the method exists is the gateway's to say.
 */

import { ASSUMED_LEGACY, type Era, isLegacy, isModern, META, MODERN_VERSIONS } from './eras.ts';
import { decodeHeaderValue, type MirrorHeaders, trimOws } from './headers.ts';
import { Kind, type Message } from './message.ts';
import { type Refusal, refuse } from './refusal.ts';

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;

/** The era of a message, or why it belongs to none. `headers` is null where the transport has none. */
export function classify(message: Message, headers: MirrorHeaders | null): Era | Refusal {
  const headerVersion = headers === null ? '' : trimOws(headers.version);
  if (message.kind === Kind.result || message.kind === Kind.error) return response(headerVersion);
  if (message.versionStart < 0) return unclaimed(message, headerVersion, headers);
  if (message.bytes[message.versionStart] !== QUOTE) {
    return refuse('bad_meta', `_meta["${META}protocolVersion"] must be a string.`);
  }
  return claimed(message, headerVersion, headers);
}

/** 2026-07-28 transports: "clients MUST NOT POST responses". */
function response(headerVersion: string): Era | Refusal {
  return isModern(headerVersion)
    ? refuse('invalid_request', 'Responses are not accepted in this protocol version.')
    : legacy(headerVersion);
}

function unclaimed(
  message: Message,
  headerVersion: string,
  headers: MirrorHeaders | null,
): Era | Refusal {
  if (!isModern(headerVersion)) {
    // An initialize negotiates the version in its body; whatever the header says there is not yet agreed.
    return message.method === 'initialize' ? 'legacy' : legacy(headerVersion);
  }
  if (message.method === 'initialize') {
    return mismatch(
      'initialize opens a session of an older version than MCP-Protocol-Version names.',
    );
  }
  if (message.kind === Kind.notification) return mirrored(message, headers) ?? 'modern';
  return refuse('bad_meta', `params._meta must carry "${META}protocolVersion".`, {
    missing: [`${META}protocolVersion`],
  });
}

/** 2025-11-25 basic/transports: an invalid or unsupported header is 400, an absent one means 2025-03-26. */
function legacy(headerVersion: string): Era | Refusal {
  const version = headerVersion === '' ? ASSUMED_LEGACY : headerVersion;
  return isLegacy(version) ? 'legacy' : unsupported(version);
}

function claimed(
  message: Message,
  headerVersion: string,
  headers: MirrorHeaders | null,
): Era | Refusal {
  const version = message.version;
  if (message.method === 'initialize' && !isModern(version) && !isModern(headerVersion)) {
    return 'legacy';
  }
  const isRequest = message.kind === Kind.request;
  if (headerVersion !== '' && headerVersion !== version) {
    return mismatch('MCP-Protocol-Version does not name the version that _meta names.');
  }
  if (!isModern(version)) return unsupported(version);
  if (headers !== null && headerVersion === '' && isRequest)
    return mismatch('MCP-Protocol-Version is missing.');
  const refusal = mirrored(message, headers);
  if (refusal !== undefined) return refusal;
  if (isRequest && message.bytes[message.capabilitiesStart] !== OPEN_BRACE) {
    return refuse('bad_meta', `params._meta must carry "${META}clientCapabilities", an object.`, {
      missing: [`${META}clientCapabilities`],
    });
  }
  return 'modern';
}

/** Mcp-Method and Mcp-Name against the body. Required on requests; on a notification only what is there must agree. */
function mirrored(message: Message, headers: MirrorHeaders | null): Refusal | undefined {
  if (headers === null) return undefined;
  const isRequest = message.kind === Kind.request;
  const method = trimOws(headers.method);
  if (method === '' && isRequest) return mismatch('Mcp-Method is missing.');
  if (method !== '' && method !== message.method) {
    return mismatch('Mcp-Method does not name the method of the body.');
  }
  if (!isRequest) return undefined;
  const named = mirroredName(message);
  if (named === undefined) return undefined;
  if (headers.name === '' && named !== '') return mismatch('Mcp-Name is missing.');
  const name = decodeHeaderValue(headers.name);
  if (name === undefined) return mismatch('Mcp-Name is not valid Base64 of UTF-8.');
  return name === named ? undefined : mismatch('Mcp-Name does not name what the body names.');
}

/** What Mcp-Name mirrors; undefined for methods without one and for a name that is no string (a bad parameter). */
function mirroredName(message: Message): string | undefined {
  switch (message.method) {
    case 'tools/call':
    case 'prompts/get':
      return message.bytes[message.nameStart] === QUOTE ? message.name : undefined;
    case 'resources/read':
      return message.bytes[message.uriStart] === QUOTE ? message.uri : undefined;
    default:
      return undefined;
  }
}

function mismatch(words: string): Refusal {
  return refuse('header_mismatch', words);
}

function unsupported(requested: string): Refusal {
  return refuse('unsupported_version', undefined, {
    supported: MODERN_VERSIONS,
    requested: requested.slice(0, 64),
  });
}
