/**
 * The methods that one configuration makes: keys, issuers, introspection, certificates. A reload makes others.
 */

import { createSecretKey } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { ANONYMOUS, type Caller, isRefusal } from '../model.ts';
import type { Refusal } from '../protocol/refusal.ts';
import { apiKeyTable } from './api-keys.ts';
import type { Certificate } from './certificate.ts';
import { type AuthConfig, hasMethods, type JwtConfig, type MtlsConfig } from './config.ts';
import { Providers } from './fetch-json.ts';
import { Introspection } from './introspection.ts';
import { badToken, Issuer } from './jwt.ts';
import { KeySet, type KeySource } from './key-set.ts';
import { Turnstile } from './turnstile.ts';
import type { Verified } from './verified.ts';

export interface MethodsHost {
  readonly onRotated: (issuer: string) => void;
  readonly onFailure: (issuer: string, words: string) => void;
  readonly now: () => number;
}

const FILE_BYTES_MAX = 256 * 1024;

export class Methods {
  readonly isEmpty: boolean;
  /** Of introspection. */
  readonly turnstile = new Turnstile();
  readonly #config: AuthConfig;
  readonly #providers = new Providers();
  readonly #keys: ReadonlyMap<string, Verified>;
  /** Those of #keys that are not revoked. */
  #validKeys: Map<string, Verified>;
  readonly #issuers = new Map<string, Issuer>();
  readonly #keySets: KeySet[] = [];
  readonly #introspections: readonly Introspection[];
  readonly #bySubject = new Map<string, Caller>();
  readonly #bySan = new Map<string, Caller>();

  constructor(config: AuthConfig, host: MethodsHost) {
    this.isEmpty = !hasMethods(config);
    this.#config = config;
    this.#keys = apiKeyTable(config.apiKeys);
    this.#validKeys = new Map(this.#keys);
    const own = config.resource === undefined ? [] : [config.resource];
    for (const entry of config.jwt) {
      const keys = this.#keysOf(entry, host);
      this.#issuers.set(entry.issuer, new Issuer(entry, entry.audience ?? own, keys));
    }
    this.#introspections = config.introspection.map((entry) => {
      const fail = (words: string) => host.onFailure(entry.id, words);
      return new Introspection(entry, entry.audience ?? own, this.#providers, fail);
    });
    for (const entry of config.mtls) {
      if (entry.subject !== undefined) this.#bySubject.set(entry.subject, certifiedCaller(entry));
      if (entry.san !== undefined) this.#bySan.set(entry.san, certifiedCaller(entry));
    }
  }

  get canIntrospect(): boolean {
    return this.#introspections.length > 0;
  }

  async start(): Promise<void> {
    await Promise.all(this.#keySets.map((keys) => keys.start()));
  }

  close(): void {
    for (const keys of this.#keySets) keys.close();
    this.#providers.close();
  }

  apiKey(sha256: string, now: number): Caller | undefined {
    const found = this.#validKeys.get(sha256);
    return found !== undefined && now < found.until ? found.caller : undefined;
  }

  issuer(iss: unknown): Issuer | undefined {
    return typeof iss === 'string' ? this.#issuers.get(iss) : undefined;
  }

  /** Asked in the order of the file until one knows the token. */
  async introspect(token: string, now: number): Promise<Verified | Refusal> {
    let refusal: Refusal = badToken('nobody knows it');
    for (const server of this.#introspections) {
      const answer = await server.verify(token, now);
      if (!isRefusal(answer)) return answer;
      // That one of them could not be asked weighs more than that another does not know it.
      if (refusal.code === 'unauthenticated') refusal = answer;
    }
    return refusal;
  }

  certified({ subject, sans }: Certificate): Caller | undefined {
    for (const san of sans) {
      const caller = this.#bySan.get(san);
      if (caller !== undefined) return caller;
    }
    return subject === '' ? undefined : this.#bySubject.get(subject);
  }

  revoke(isRevoked: (caller: Caller) => boolean): void {
    this.#validKeys = new Map([...this.#keys].filter(([, { caller }]) => !isRevoked(caller)));
  }

  /** Whether the credential by which somebody became this caller is still one here. */
  knows({ by, id, credential }: Caller): boolean {
    const { apiKeys, jwt, introspection, mtls } = this.#config;
    if (by === 'api_key') {
      return apiKeys.some((key) => key.id === credential && (key.caller ?? key.id) === id);
    }
    if (by === 'mtls') return mtls.some((entry) => entry.id === id);
    const issuers = by === 'jwt' ? jwt : introspection;
    return by === 'stdio' || issuers.some((entry) => id.startsWith(`${entry.id}:`));
  }

  #keysOf(entry: JwtConfig, host: MethodsHost): KeySet | Uint8Array {
    if (entry.secret !== undefined) return createSecretKey(entry.secret, 'utf8').export();
    const keys = new KeySet(this.#sourceOf(entry), {
      refreshMs: entry.refreshMs,
      now: host.now,
      onRotated: () => host.onRotated(entry.id),
      onFailure: (words) => host.onFailure(entry.id, words),
    });
    this.#keySets.push(keys);
    return keys;
  }

  #sourceOf(entry: JwtConfig): KeySource {
    const { jwks, jwksFile, jwksUri, issuer } = entry;
    if (jwks !== undefined) return async () => ({ keys: jwks });
    if (jwksFile !== undefined) return () => readKeys(jwksFile);
    if (jwksUri !== undefined) return () => this.#providers.ask(jwksUri);
    return () => this.#discover(issuer);
  }

  /** OpenID Connect Discovery 1.0: the document must name the very issuer that it was asked of. */
  async #discover(issuer: string): Promise<unknown> {
    const base = issuer.endsWith('/') ? issuer.slice(0, -1) : issuer;
    const found = await this.#providers.ask(`${base}/.well-known/openid-configuration`);
    if (found.issuer !== issuer) throw new Error('its discovery document names another issuer');
    if (typeof found.jwks_uri !== 'string') throw new Error('its discovery document names no keys');
    return this.#providers.ask(found.jwks_uri);
  }
}

async function readKeys(file: string): Promise<unknown> {
  const { size } = await stat(file);
  if (size > FILE_BYTES_MAX) throw new Error(`its file is larger than ${FILE_BYTES_MAX} bytes`);
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    throw new Error('its file is not JSON');
  }
}

function certifiedCaller({ id, agent, user, roles, scopes, tenant }: MtlsConfig): Caller {
  const facts = { id, agent, user, roles, scopes, tenant };
  return Object.freeze({ ...ANONYMOUS, ...facts, by: 'mtls' });
}
