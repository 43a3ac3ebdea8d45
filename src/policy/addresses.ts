/**
 * Networks from which something is allowed.
 *
 * A call without an address (over stdio) comes from none of them. An IPv4 address mapped into IPv6, as a listener on ::
 * sees it, counts as the IPv4 address that it is.
 */

import { BlockList, isIPv4, isIPv6 } from 'node:net';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

export class Addresses {
  readonly #list = new BlockList();
  /** The one asked for last, and what came of it: most callers stay where they are. */
  #last = '';
  #isLastIn = false;

  constructor(networks: readonly string[]) {
    for (const network of networks) {
      const [address = '', bits] = network.split('/');
      const family = isIPv4(address) ? 'ipv4' : 'ipv6';
      if (bits === undefined) this.#list.addAddress(address, family);
      else this.#list.addSubnet(address, Number(bits), family);
    }
  }

  has(address: string): boolean {
    if (address === this.#last) return this.#isLastIn;
    const plain = MAPPED.exec(address)?.[1] ?? address;
    const family = isIPv4(plain) ? 'ipv4' : isIPv6(plain) ? 'ipv6' : undefined;
    this.#isLastIn = family !== undefined && this.#list.check(plain, family);
    this.#last = address;
    return this.#isLastIn;
  }
}
