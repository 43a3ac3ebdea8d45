/**
 * JWT access tokens of one issuer (RFC 7519, RFC 8725, RFC 9068).
 *
 * Order: what the token says of itself, which costs nothing and refuses most of what is wrong; then its signature, by a key
 * that the configuration leads to and an algorithm that it names. The claims that are judged are those of the very bytes
 * that are verified. No answer depends on which of the two failed.
 */

import type { CryptoKey } from 'jose';
import * as errors from 'jose/errors';
import { compactVerify } from 'jose/jws/compact/verify';
import { isRefusal } from '../model.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import { type Claims, callerOf } from './claims.ts';
import type { JwtConfig } from './config.ts';
import type { KeySet } from './key-set.ts';
import type { ReadToken } from './token.ts';
import { Turnstile } from './turnstile.ts';
import type { Verified } from './verified.ts';

/** `at+jwt` is what RFC 9068 asks for. Everything else that is signed (logout tokens, proofs) is not for this use. */
const TYPES = new Set(['', 'jwt', 'at+jwt']);

/** The refusal of a token; why is for the operator. */
export function badToken(detail: string): Refusal {
  return refuse('unauthenticated', 'The access token is not valid here.', undefined, detail);
}

export class Issuer {
  readonly turnstile = new Turnstile();
  readonly #config: JwtConfig;
  readonly #audience: readonly string[];
  readonly #keys: KeySet | Uint8Array;

  constructor(config: JwtConfig, audience: readonly string[], keys: KeySet | Uint8Array) {
    this.#config = config;
    this.#audience = audience;
    this.#keys = keys;
  }

  /** What is wrong with the token apart from its signature; `now` in ms. */
  refuse({ header, claims }: ReadToken, now: number): Refusal | undefined {
    const { algorithms, typ, skewMs } = this.#config;
    if (!(algorithms as readonly unknown[]).includes(header.alg)) {
      return badToken('its algorithm is not allowed');
    }
    // An extension that must be understood, and none is.
    if ('crit' in header || 'b64' in header) return badToken('it needs an extension');
    if (!isType(header.typ, typ)) return badToken('it is of another type');
    if (claims.iss !== this.#config.issuer) return badToken('its issuer is another');
    if (!isFor(claims.aud, this.#audience)) return badToken('its audience is another');
    const { exp, nbf, iat } = claims;
    if (!isTime(exp)) return badToken('it has no exp');
    if (exp * 1000 <= now) return badToken('it has expired');
    if (!isTimeOrNone(nbf) || !isTimeOrNone(iat)) return badToken('its times are no numbers');
    if (Math.max(nbf ?? 0, iat ?? 0) * 1000 > now + skewMs) return badToken('it is not valid yet');
    return undefined;
  }

  /** A token of which `refuse` said nothing. */
  async verify(token: string, { header, claims }: ReadToken): Promise<Verified | Refusal> {
    const key = await this.#keyFor(header);
    if (isRefusal(key)) return key;
    try {
      await compactVerify(token, key, { algorithms: [...this.#config.algorithms] });
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof TypeError) {
        return badToken('its signature is wrong');
      }
      throw error;
    }
    const caller = callerOf(claims, this.#config.id, 'jwt', this.#config.claims);
    if (typeof caller === 'string') return badToken(caller);
    return { caller, until: (claims.exp as number) * 1000 };
  }

  async #keyFor(header: Claims): Promise<CryptoKey | Uint8Array | Refusal> {
    if (this.#keys instanceof Uint8Array) return this.#keys;
    const { alg, kid } = header;
    // Nothing else of the header may choose a key.
    const found = await this.#keys.find({
      alg: alg as string,
      ...(typeof kid === 'string' ? { kid } : {}),
    });
    if (found === 'unknown') return badToken('no key of its issuer fits');
    return found === 'unavailable' ? refuse('identity_unavailable') : found;
  }
}

function isType(typ: unknown, wanted: string | undefined): boolean {
  if (typ !== undefined && typeof typ !== 'string') return false;
  const plain = (text: string) => text.toLowerCase().replace(/^application\//, '');
  return wanted === undefined
    ? TYPES.has(plain(typ ?? ''))
    : typ !== undefined && plain(typ) === plain(wanted);
}

/** `aud` is a text or a list of texts (RFC 7519 4.1.3). */
export function isFor(aud: unknown, audience: readonly string[]): boolean {
  const all = typeof aud === 'string' ? [aud] : aud;
  return Array.isArray(all) && all.some((one) => audience.includes(one));
}

export function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 && value < 1e11;
}

function isTimeOrNone(value: unknown): value is number | undefined {
  return value === undefined || isTime(value);
}
