/**
 * How many wrong credentials one address may show: a bucket per address that refills with time (GCRA).
 *
 * Only refused ones count, and only unknown ones are held up: a caller that is known is not kept out by a neighbour behind
 * the same address. Bounded: what was longest ago is forgotten. An IPv6 address counts by its /64, which one host has.
 */

import { Lru } from '../lib/lru.ts';

const ADDRESSES_MAX = 10_000;

export class Attempts {
  readonly #intervalMs: number;
  readonly #burstMs: number;
  /** When the bucket of an address will be full again, in ms since the epoch. */
  readonly #fullAt = new Lru<string, number>(ADDRESSES_MAX);

  constructor({ burst, perMinute }: { readonly burst: number; readonly perMinute: number }) {
    this.#intervalMs = 60_000 / perMinute;
    this.#burstMs = burst * this.#intervalMs;
  }

  /** In how many seconds this address may try again; 0 at once. */
  waitS(address: string, now: number): number {
    const fullAt = this.#fullAt.get(groupOf(address)) ?? now;
    const waitMs = fullAt + this.#intervalMs - this.#burstMs - now;
    // Tolerates what floating point makes of a full bucket.
    return waitMs <= 0.001 ? 0 : Math.ceil(waitMs / 1000);
  }

  /** One more was refused. */
  count(address: string, now: number): void {
    const group = groupOf(address);
    const fullAt = Math.max(this.#fullAt.get(group) ?? now, now) + this.#intervalMs;
    // What was tried while nothing was allowed does not lengthen the wait.
    this.#fullAt.set(group, Math.min(fullAt, now + this.#burstMs));
  }
}

/** IPv4 as it is, also within IPv6; of IPv6 the first four groups. */
export function groupOf(address: string): string {
  if (!address.includes(':')) return address;
  if (address.includes('.')) return address.slice(address.lastIndexOf(':') + 1);
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  if (tail === undefined) return left.slice(0, 4).map(bare).join(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  const groups = [...left, ...zeros, ...right].map(bare);
  const isMapped = groups.slice(0, 5).every((one) => one === '0') && groups[5] === 'ffff';
  return groups.slice(0, isMapped ? 8 : 4).join(':');
}

function bare(group: string): string {
  return group.replace(/^0+(?=.)/, '').toLowerCase();
}
