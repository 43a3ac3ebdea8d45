/**
 * The entrance to this folder: who calls?
 *
 *   recall(credential)   synchronous, from memory: every call of a known caller
 *   verify(credential)   what memory does not know: refused at once where its form is wrong, else checked, in turn
 *
 * What is verified is remembered under the SHA-256 of the token, for 60 seconds or until the token ends, and forgotten at
 * once when a key of its issuer goes or anything is revoked. A credential that is wrong never makes its bearer anonymous.
 * Tokens are kept, logged and passed on nowhere.
 */

import { hash } from 'node:crypto';
import { Lru } from '../lib/lru.ts';
import { ANONYMOUS, type Caller, isRefusal } from '../model.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import { isWellFormed, KEY_PREFIX } from './api-keys.ts';
import { Attempts } from './attempts.ts';
import type { Certificate } from './certificate.ts';
import type { AuthConfig } from './config.ts';
import { badToken } from './jwt.ts';
import { Methods } from './methods.ts';
import { RevocationFile, Revocations } from './revocations.ts';
import { looksLikeJwt, readToken, TOKEN_LENGTH_MAX } from './token.ts';
import { TokenCache } from './token-cache.ts';
import type { Turnstile } from './turnstile.ts';
import type { Verified } from './verified.ts';

export { makeKey } from './api-keys.ts';
export { Attempts } from './attempts.ts';
export { type Certificate, certificateOf, forwardedCertificate } from './certificate.ts';
export { challenge, metadataOf, metadataPath } from './challenge.ts';
export { appendRevocation, type RevocationKind } from './revocations.ts';

/** With `anonymous` decided. */
export type DecidedAuth = AuthConfig & { readonly anonymous: boolean };

/** What this folder says to the operator; pino's logger is one. */
export interface AuthLog {
  info(fields: object, words: string): void;
  warn(fields: object, words: string): void;
}

/** What a refused credential costs until it is looked at again, and how many are remembered: a flood repeats itself. */
const REFUSED_MS = 5000;
const REFUSED_MAX = 4096;

/** How a credential is looked at, and where that waits for its turn. */
interface Check {
  readonly turnstile: Turnstile;
  readonly work: () => Promise<Verified | Refusal>;
}

const BEARER = /^bearer +([A-Za-z0-9._~+/=-]+) *$/i;

export class Auth {
  readonly #log: AuthLog;
  readonly #now: () => number;
  readonly #flights = new Map<string, Promise<Caller | Refusal>>();
  readonly #refused = new Lru<string, { refusal: Refusal; until: number }>(REFUSED_MAX);
  #config: DecidedAuth;
  #methods: Methods;
  #cache: TokenCache;
  #attempts: Attempts;
  #revocations = new Revocations();
  #file: RevocationFile | null = null;
  #onEnded: (isEnded: (caller: Caller) => boolean) => void = () => {};

  /** Throws where the file of revocations is there and cannot be understood. */
  constructor(config: DecidedAuth, log: AuthLog, now: () => number = Date.now) {
    this.#log = log;
    this.#now = now;
    this.#config = config;
    this.#methods = this.#methodsOf(config);
    this.#cache = new TokenCache(config.cachedMax);
    this.#attempts = new Attempts(config.attempts);
    this.#file = this.#fileOf(config);
  }

  get config(): DecidedAuth {
    return this.#config;
  }

  /** Nobody is asked who they are: there is nothing to answer with. */
  get isOpen(): boolean {
    return this.#config.anonymous && this.#methods.isEmpty;
  }

  /** Reads the keys of the issuers; one that cannot be reached is tried again in the background. */
  async start(): Promise<void> {
    await this.#methods.start();
  }

  close(): void {
    this.#methods.close();
    this.#file?.close();
  }

  /** `end` gets, whenever credentials cease to count, what tells their callers. */
  onEnded(end: (isEnded: (caller: Caller) => boolean) => void): void {
    this.#onEnded = end;
  }

  /**
   * The caller of an Authorization header as far as memory goes; undefined where `verify` must look. The refusal is that
   * of a request without a credential.
   */
  recall(authorization: string): Caller | Refusal | undefined {
    if (authorization === '') return this.#config.anonymous ? ANONYMOUS : NO_CREDENTIAL;
    // Nothing is configured that could be shown: a client's leftover header is no claim.
    if (this.#methods.isEmpty && this.#config.anonymous) return ANONYMOUS;
    if (!authorization.startsWith('Bearer ')) return undefined;
    const key = hash('sha256', authorization.slice(7), 'hex');
    const now = this.#now();
    return this.#cache.find(key, now) ?? this.#methods.apiKey(key, now);
  }

  /** The caller with this client certificate, which the listener has verified. */
  recognise(certificate: Certificate): Caller | undefined {
    const caller = this.#methods.certified(certificate);
    return caller === undefined || this.#revocations.has(caller) ? undefined : caller;
  }

  /** What `recall` did not know. `address`: of the other end of the connection. */
  verify(authorization: string, address: string): Refusal | Promise<Caller | Refusal> {
    const now = this.#now();
    const waitS = this.#attempts.waitS(address, now);
    if (waitS > 0) return refuse('too_many_attempts', undefined, { retryAfterS: waitS });
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined || token.length > TOKEN_LENGTH_MAX) {
      return this.#deny(address, badToken('it is no bearer token'));
    }
    const key = hash('sha256', token, 'hex');
    // Known after all: the scheme's name or the blanks were written in another way.
    const known = this.#cache.find(key, now) ?? this.#methods.apiKey(key, now);
    if (known !== undefined) return Promise.resolve(known);
    const refused = this.#refused.get(key);
    if (refused !== undefined && now < refused.until) return this.#deny(address, refused.refusal);
    const check = this.#checkOf(token, now);
    if (isRefusal(check)) return this.#deny(address, check);
    return this.#fly(key, check).then((answer) =>
      isRefusal(answer) ? this.#deny(address, answer) : answer,
    );
  }

  /** Tokens without these scopes may do nothing. Other credentials have no scopes of a token. */
  refuseScopes({ by, scopes }: Caller): Refusal | undefined {
    const { scopes: needed } = this.#config;
    if (needed.length === 0 || (by !== 'jwt' && by !== 'introspection')) return undefined;
    if (needed.every((scope) => scopes.includes(scope))) return undefined;
    return refuse('insufficient_scope', undefined, { scopes: needed });
  }

  /** Puts another configuration in force. Throws like the constructor, and has changed nothing then. */
  async configure(config: DecidedAuth): Promise<void> {
    const methods = this.#methodsOf(config);
    await methods.start();
    const old = { methods: this.#methods, file: this.#file };
    try {
      this.#file = this.#fileOf(config);
    } catch (error) {
      methods.close();
      throw error;
    }
    this.#config = config;
    this.#methods = methods;
    this.#attempts = new Attempts(config.attempts);
    this.#cache = new TokenCache(config.cachedMax);
    this.#forget();
    old.methods.close();
    old.file?.close();
    this.#onEnded((caller) => !this.#stands(caller));
  }

  /** How the credential is checked, or why it need not be. */
  #checkOf(token: string, now: number): Check | Refusal {
    if (token.startsWith(KEY_PREFIX)) {
      return badToken(isWellFormed(token) ? 'the key is not known' : 'its checksum is wrong');
    }
    const methods = this.#methods;
    if (looksLikeJwt(token)) {
      const read = readToken(token);
      if (typeof read === 'string') return badToken(read);
      const issuer = methods.issuer(read.claims.iss);
      if (issuer !== undefined) {
        const work = () => issuer.verify(token, read);
        return issuer.refuse(read, now) ?? { turnstile: issuer.turnstile, work };
      }
    }
    if (!methods.canIntrospect) return badToken('nobody here knows its issuer');
    const work = () => methods.introspect(token, this.#now());
    return { turnstile: methods.turnstile, work };
  }

  /** One check for all who show the same token at one time. */
  #fly(key: string, { turnstile, work }: Check): Promise<Caller | Refusal> {
    const flying = this.#flights.get(key);
    if (flying !== undefined) return flying;
    const turn = turnstile.enter(work);
    if (turn === undefined) return Promise.resolve(refuse('busy'));
    const cache = this.#cache;
    const { epoch } = cache;
    const flight = turn
      .then((answer) => {
        if (isRefusal(answer)) return answer;
        if (this.#revocations.has(answer.caller)) return badToken('it is revoked');
        // Keys or revocations that changed meanwhile were perhaps not those it was checked with.
        if (cache === this.#cache && epoch === cache.epoch) cache.add(key, answer, this.#now());
        return answer.caller;
      })
      .then((answer) => {
        if (isRefusal(answer) && answer.code === 'unauthenticated') this.#remember(key, answer);
        return answer;
      })
      .finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }

  #remember(key: string, refusal: Refusal): void {
    this.#refused.set(key, { refusal, until: this.#now() + REFUSED_MS });
  }

  /** Counts what was wrong; that nobody could tell counts for nobody. */
  #deny(address: string, refusal: Refusal): Refusal {
    if (refusal.code === 'unauthenticated') this.#attempts.count(address, this.#now());
    return refusal;
  }

  #methodsOf(config: DecidedAuth): Methods {
    return new Methods(config, {
      onRotated: (issuer) => {
        this.#log.info({ issuer }, 'a key of the issuer has gone; its tokens are verified anew');
        this.#forget();
      },
      onFailure: (issuer, words) => {
        this.#log.warn({ issuer, why: words }, 'the issuer cannot be asked');
      },
      now: this.#now,
    });
  }

  #fileOf({ revocations }: DecidedAuth): RevocationFile | null {
    if (revocations === undefined) {
      this.#revocations = new Revocations();
      return null;
    }
    return new RevocationFile(revocations, {
      onChange: (next) => this.#revoke(next),
      onFailure: (words) => {
        this.#log.warn({ why: words }, 'the revocations cannot be read; the old ones stand');
      },
    });
  }

  #revoke(revocations: Revocations): void {
    this.#revocations = revocations;
    this.#forget();
    this.#onEnded((caller) => revocations.has(caller));
  }

  #forget(): void {
    this.#cache.clear();
    this.#methods.revoke((caller) => this.#revocations.has(caller));
  }

  /** Whether the configuration still knows the credential of a caller. */
  #stands(caller: Caller): boolean {
    if (this.#revocations.has(caller)) return false;
    return caller.by === 'anonymous' ? this.#config.anonymous : this.#methods.knows(caller);
  }
}

const NO_CREDENTIAL = refuse('unauthenticated');
