/**
 * Names as numbers: what limits are keyed by, without keeping or comparing a text per call.
 *
 * Sixty-four bits of SHA-256 over a secret seed: whoever can choose names (an address, the subject of a token) cannot
 * look for one that is counted with somebody else's. Joined to a key of 53 bits, an exact integer.
 */

import { hash } from 'node:crypto';
import { Lru } from '../lib/lru.ts';
import type { Caller } from '../model.ts';

export interface Words {
  readonly hi: number;
  readonly lo: number;
}

export interface CallerWords {
  readonly caller: Words;
  readonly agent: Words;
  readonly user: Words;
  readonly tenant: Words;
}

const ADDRESSES_MAX = 4096;
const HIGH_BITS = 0x1fffff;

export class Fingerprints {
  readonly #seed: string;
  readonly #callers = new WeakMap<Caller, CallerWords>();
  readonly #addresses = new Lru<string, Words>(ADDRESSES_MAX);

  constructor(seed: string) {
    this.#seed = seed;
  }

  of(kind: string, text: string): Words {
    const digest = hash('sha256', `${this.#seed}\n${kind}\n${text}`, 'buffer');
    return { hi: digest.readUInt32LE(0), lo: digest.readUInt32LE(4) };
  }

  /** Made once per Caller object: those that authentication keeps are the same from call to call. */
  ofCaller(caller: Caller): CallerWords {
    let words = this.#callers.get(caller);
    if (words === undefined) {
      words = {
        caller: this.of('caller', caller.id),
        agent: this.of('agent', caller.agent),
        user: this.of('user', caller.user),
        tenant: this.of('tenant', caller.tenant),
      };
      this.#callers.set(caller, words);
    }
    return words;
  }

  ofAddress(address: string): Words {
    let words = this.#addresses.get(address);
    if (words === undefined) {
      words = this.of('address', network(address));
      this.#addresses.set(address, words);
    }
    return words;
  }
}

export function mix(word: number, with_: number): number {
  const mixed = Math.imul(word ^ with_, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/** An integer of 1 to 2^53. */
export function keyFrom(hi: number, lo: number): number {
  return (hi & HIGH_BITS) * 0x100000000 + (lo >>> 0) + 1;
}

/**
 * One household or attacker has a whole /64 of IPv6 addresses: they count as one. IPv4 counts by the whole address, also
 * where a socket for both families shows it as ::ffff:a.b.c.d or with its two last groups in hexadecimal.
 */
export function network(address: string): string {
  if (!address.includes(':')) return address;
  const groups = groupsOf(address.split('%')[0]!);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return isMapped
    ? groups
        .slice(6)
        .flatMap((group) => [group >> 8, group & 0xff])
        .join('.')
    : groups
        .slice(0, 4)
        .map((group) => group.toString(16))
        .join(':');
}

function groupsOf(address: string): number[] {
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = '', tail] = hex.split('::');
  const numbers = (text: string | undefined) =>
    (text ?? '')
      .split(':')
      .filter(Boolean)
      .map((group) => Number.parseInt(group, 16));
  const left = numbers(head);
  const right = numbers(tail);
  const gap = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array<number>(gap).fill(0), ...right];
}
