/**
 * Links kept ready for whoever needs one next, so that nobody waits for a process to start.
 *
 * A spare has shaken hands under one profile and is handed out for that profile only, to one caller, once. They are kept
 * for the profiles that were asked for last, as many as `pool.warm` allows. None for a client with roots: servers ask for
 * them right after the handshake, of a client that is not there yet, and some ask only once.
 */

import { isRefusal } from '../model.ts';
import type { Refusal } from '../protocol/refusal.ts';
import type { Lease } from './lease.ts';
import type { Profile } from './profile.ts';

export class Spares {
  readonly #max: number;
  readonly #open: (profile: Profile) => Promise<Lease | Refusal>;
  readonly #hasRoom: () => boolean;
  readonly #ready: Lease[] = [];
  /** Asked for last, the latest first. */
  readonly #recent: Profile[] = [];
  #isOpening = false;
  #isClosed = false;

  constructor(
    max: number,
    open: (profile: Profile) => Promise<Lease | Refusal>,
    hasRoom: () => boolean,
  ) {
    this.#max = max;
    this.#open = open;
    this.#hasRoom = hasRoom;
  }

  get count(): number {
    return this.#ready.length;
  }

  get all(): readonly Lease[] {
    return this.#ready;
  }

  /** Somebody needs a link under this profile: the spare, if there is one, and from now on one is kept ready. */
  take(profile: Profile): Lease | undefined {
    this.expect(profile);
    const at = this.#ready.findIndex((lease) => lease.profile.key === profile.key && lease.isLive);
    return at < 0 ? undefined : this.#ready.splice(at, 1)[0];
  }

  expect(profile: Profile): void {
    if (this.#max === 0 || Object.hasOwn(profile.capabilities, 'roots')) return;
    const at = this.#recent.findIndex(({ key }) => key === profile.key);
    if (at === 0) return;
    if (at > 0) this.#recent.splice(at, 1);
    this.#recent.unshift(profile);
    this.#recent.length = Math.min(this.#recent.length, this.#max);
  }

  /** Takes out the spare that is needed least, to make room. */
  evict(): Lease | undefined {
    const rank = (lease: Lease) => {
      const at = this.#recent.findIndex(({ key }) => key === lease.profile.key);
      return at < 0 ? this.#max : at;
    };
    const [last] = [...this.#ready].sort((a, b) => rank(b) - rank(a));
    if (last !== undefined) this.forget(last);
    return last;
  }

  forget(lease: Lease): void {
    const at = this.#ready.indexOf(lease);
    if (at >= 0) this.#ready.splice(at, 1);
  }

  /** Opens what is missing, one after the other. What fails is tried again at the next call of this. */
  async refill(): Promise<void> {
    if (this.#isOpening) return;
    this.#isOpening = true;
    for (let wanted = this.#missing(); wanted !== undefined; wanted = this.#missing()) {
      const lease = await this.#open(wanted);
      if (isRefusal(lease)) break;
      if (!this.#isClosed && lease.isLive) this.#ready.push(lease);
      else void lease.link.close();
    }
    this.#isOpening = false;
  }

  /** The profile of the next spare to open: each recent one in turn. A spare that nobody expects gives way. */
  #missing(): Profile | undefined {
    if (this.#isClosed || this.#recent.length === 0) return undefined;
    const wanted = new Map(this.#recent.map((profile) => [profile.key, 0]));
    for (let at = 0; at < this.#max; at++) {
      const { key } = this.#recent[at % this.#recent.length]!;
      wanted.set(key, wanted.get(key)! + 1);
    }
    const have = new Map<string, number>();
    for (const lease of [...this.#ready]) {
      const { key } = lease.profile;
      const count = (have.get(key) ?? 0) + 1;
      have.set(key, count);
      if (count <= (wanted.get(key) ?? 0)) continue;
      this.forget(lease);
      void lease.link.close();
    }
    const missing = this.#recent.find(({ key }) => (have.get(key) ?? 0) < wanted.get(key)!);
    return missing !== undefined && this.#hasRoom() ? missing : undefined;
  }

  close(): Lease[] {
    this.#isClosed = true;
    return this.#ready.splice(0);
  }
}
