/**
 * Opaque tokens: their server is asked (RFC 7662).
 *
 * Asking is bounded by whoever calls here (single flight per token, tokens at one time). An answer counts for `cacheMs`, and
 * never beyond the token's own end. No answer is no admission.
 */

import { type Refusal, refuse } from '../protocol/refusal.ts';
import { callerOf } from './claims.ts';
import type { IntrospectionConfig } from './config.ts';
import type { Providers } from './fetch-json.ts';
import { badToken, isFor, isTime } from './jwt.ts';
import type { Verified } from './verified.ts';

export class Introspection {
  readonly #config: IntrospectionConfig;
  readonly #audience: readonly string[];
  readonly #providers: Providers;
  readonly #onFailure: (words: string) => void;
  readonly #authorization: string;

  constructor(
    config: IntrospectionConfig,
    audience: readonly string[],
    providers: Providers,
    onFailure: (words: string) => void,
  ) {
    this.#config = config;
    this.#audience = audience;
    this.#providers = providers;
    this.#onFailure = onFailure;
    // RFC 6749 2.3.1: both form-encoded, then Basic.
    const pair = [config.clientId, config.clientSecret].map(encodeURIComponent).join(':');
    this.#authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  }

  async verify(token: string, now: number): Promise<Verified | Refusal> {
    let answer: Record<string, unknown>;
    try {
      answer = await this.#providers.ask(this.#config.endpoint, {
        method: 'POST',
        headers: {
          authorization: this.#authorization,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
      });
    } catch (error) {
      this.#onFailure((error as Error).message);
      return refuse('identity_unavailable');
    }
    return this.#judge(answer, now);
  }

  #judge(answer: Record<string, unknown>, now: number): Verified | Refusal {
    const { requireAudience, cacheMs, claims, id } = this.#config;
    if (answer.active !== true) return badToken('its server says that it is not active');
    if (answer.aud === undefined ? requireAudience : !isFor(answer.aud, this.#audience)) {
      return badToken('its audience is another');
    }
    const { exp, nbf } = answer;
    if (exp !== undefined && !isTime(exp)) return badToken('its exp is no number');
    if (exp !== undefined && exp * 1000 <= now) return badToken('it has expired');
    if (isTime(nbf) && nbf * 1000 > now) return badToken('it is not valid yet');
    const caller = callerOf(answer, id, 'introspection', claims);
    if (typeof caller === 'string') return badToken(caller);
    const end = exp === undefined ? Number.POSITIVE_INFINITY : exp * 1000;
    return { caller, until: Math.min(end, now + cacheMs) };
  }
}
