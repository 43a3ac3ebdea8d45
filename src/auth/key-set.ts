/**
 * The public keys of one issuer, kept fresh.
 *
 *   read in the background every `refreshMs`; after a failure again with growing pauses, the old keys serving on for
 *   `STALE_MS`; after that nothing is verified any more: keys that cannot be confirmed may have been withdrawn.
 *
 * A token with an unknown key id asks for one reading at most per pause, whoever sends how many of them: otherwise
 * made-up ids would turn this gateway against the provider. When a key has gone, `onRotated` says so.
 */

import type { CryptoKey, JSONWebKeySet, JWSHeaderParameters } from 'jose';
import * as errors from 'jose/errors';
import { createLocalJWKSet } from 'jose/jwks/local';
import { backoffMs } from '../lib/backoff.ts';

/** Where keys come from: a provider, a file, or the configuration itself. Rejects when they cannot be read. */
export type KeySource = () => Promise<unknown>;

export interface KeySetOptions {
  readonly refreshMs: number;
  readonly onRotated: () => void;
  /** `words` hold no secret. */
  readonly onFailure: (words: string) => void;
  readonly now: () => number;
}

const KEYS_MAX = 100;
/** A provider may be away for an hour without a stop of everything. */
const STALE_MS = 3_600_000;
const UNKNOWN_KEY_PAUSE_MS = 10_000;
const RETRY_FIRST_MS = 1000;
const RETRY_MAX_MS = 300_000;

export class KeySet {
  readonly #source: KeySource;
  readonly #options: KeySetOptions;
  #select: ReturnType<typeof createLocalJWKSet> | null = null;
  #known = new Set<string>();
  #kids = new Set<unknown>();
  #readAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | null = null;
  #failures = 0;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(source: KeySource, options: KeySetOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** Reads for the first time, and from then on in the background. */
  start(): Promise<void> {
    return this.#read();
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** The key for this header; 'unknown' where there is none, 'unavailable' where nobody can tell now. */
  async find(header: JWSHeaderParameters): Promise<CryptoKey | 'unknown' | 'unavailable'> {
    if (!this.#isFresh()) await this.#readUnless(RETRY_FIRST_MS);
    if (!this.#isFresh()) return 'unavailable';
    const found = await this.#pick(header);
    if (found !== undefined) return found;
    const pauseMs = Math.min(UNKNOWN_KEY_PAUSE_MS, this.#options.refreshMs);
    await this.#readUnless(pauseMs);
    return (await this.#pick(header)) ?? 'unknown';
  }

  #isFresh(): boolean {
    return this.#select !== null && this.#options.now() - this.#readAt < STALE_MS;
  }

  async #pick(header: JWSHeaderParameters): Promise<CryptoKey | undefined> {
    if (this.#select === null) return undefined;
    // As the look below would find, by an exception: 38 us each, which a flood of made-up ids would make us pay twice.
    if (header.kid !== undefined && !this.#kids.has(header.kid)) return undefined;
    try {
      return await this.#select(header);
    } catch (error) {
      // None fits, several do, or the one that does is no key for this algorithm.
      if (error instanceof errors.JOSEError || error instanceof DOMException) return undefined;
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  }

  /** Joins the reading that is going on; begins one unless the last attempt is younger than `pauseMs`. */
  async #readUnless(pauseMs: number): Promise<void> {
    if (this.#reading !== null) return this.#reading;
    if (this.#options.now() - this.#triedAt >= pauseMs) await this.#read();
  }

  #read(): Promise<void> {
    this.#reading ??= this.#attempt().finally(() => {
      this.#reading = null;
      this.#schedule();
    });
    return this.#reading;
  }

  async #attempt(): Promise<void> {
    this.#triedAt = this.#options.now();
    try {
      const keys = usableKeys(await this.#source());
      const known = new Set(keys.map((key) => JSON.stringify(key)));
      const hasLost = [...this.#known].some((key) => !known.has(key));
      if (hasLost || this.#select === null || known.size !== this.#known.size) {
        this.#select = createLocalJWKSet({ keys } as JSONWebKeySet);
        this.#kids = new Set(keys.map((key) => (key as { kid?: unknown }).kid));
      }
      this.#known = known;
      this.#readAt = this.#options.now();
      this.#failures = 0;
      if (hasLost) this.#options.onRotated();
    } catch (error) {
      this.#failures += 1;
      this.#options.onFailure((error as Error).message);
    }
  }

  #schedule(): void {
    if (this.#isClosed) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const waitMs =
      this.#failures === 0
        ? this.#options.refreshMs
        : backoffMs(this.#failures - 1, RETRY_FIRST_MS, RETRY_MAX_MS, Math.random());
    this.#timer = setTimeout(() => void this.#read(), waitMs).unref();
  }
}

/** Public keys only: a shared secret in a document that everybody may read is none. */
function usableKeys(document: unknown): object[] {
  const { keys } = (document ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error('there is no list of keys in it');
  if (keys.length > KEYS_MAX) throw new Error(`there are more than ${KEYS_MAX} keys in it`);
  const usable = keys.filter(
    (key: unknown) =>
      typeof key === 'object' &&
      key !== null &&
      ['RSA', 'EC', 'OKP'].includes((key as { kty: string }).kty),
  );
  if (usable.length === 0) throw new Error('there is no public key in it');
  return usable as object[];
}
