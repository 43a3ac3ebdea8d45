/**
 * Who asks? A bearer token, else a client certificate; nothing else is a credential, cookies least of all.
 *
 * Tokens are compared by their SHA-256 in constant time, and with every one that is configured: how long it takes tells
 * nothing. Wrong ones cost their address: what it may try is bounded, and a token that is right is not held up by that
 * of a neighbour behind the same address.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { Attempts, certificateOf } from '../auth/auth.ts';
import type { AdminConfig } from './config.ts';
import { type Fault, fault } from './fault.ts';
import type { Role } from './roles.ts';

/** Somebody with a role. */
export interface Holder {
  readonly id: string;
  readonly by: 'token' | 'certificate';
  readonly roles: readonly Role[];
}

interface Known {
  readonly digest: Buffer;
  readonly until: number;
  readonly holder: Holder;
}

const ATTEMPTS = { burst: 10, perMinute: 10 };
const BEARER = /^bearer +([A-Za-z0-9._~+/=-]{1,512}) *$/i;

export class Door {
  readonly #attempts = new Attempts(ATTEMPTS);
  #known: readonly Known[] = [];
  #certificates: AdminConfig['mtls'] = [];

  constructor(config: AdminConfig) {
    this.configure(config);
  }

  configure({ token, tokens, mtls }: AdminConfig): void {
    const known = tokens.map(({ id, sha256, roles, expires }): Known => {
      const until = expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires);
      return { digest: Buffer.from(sha256, 'hex'), until, holder: { id, by: 'token', roles } };
    });
    if (token !== undefined) {
      const holder: Holder = { id: 'admin.token', by: 'token', roles: ['admin'] };
      known.push({ digest: digestOf(token), until: Number.POSITIVE_INFINITY, holder });
    }
    this.#known = known;
    this.#certificates = mtls;
  }

  /** Undefined for somebody who shows nothing. */
  enter(request: IncomingMessage, now: number): Holder | Fault | undefined {
    const { authorization } = request.headers;
    if (authorization === undefined) return this.#certified(request);
    const token = BEARER.exec(authorization)?.[1];
    const holder = token === undefined ? undefined : this.#holderOf(token, now);
    if (holder !== undefined) return holder;
    const address = request.socket.remoteAddress ?? '';
    const waitS = this.#attempts.waitS(address, now);
    if (waitS > 0) {
      return fault('too_many_requests', undefined, { 'retry-after': String(waitS) });
    }
    this.#attempts.count(address, now);
    return fault('unauthenticated');
  }

  #holderOf(token: string, now: number): Holder | undefined {
    const digest = digestOf(token);
    let found: Holder | undefined;
    for (const known of this.#known) {
      if (timingSafeEqual(known.digest, digest) && now < known.until) found = known.holder;
    }
    return found;
  }

  /** The handshake has proved that it is of `tls.clientCa`, or there would be no connection. */
  #certified({ socket }: IncomingMessage): Holder | undefined {
    if (this.#certificates.length === 0 || !(socket instanceof TLSSocket)) return undefined;
    const x509 = socket.authorized ? socket.getPeerX509Certificate() : undefined;
    if (x509 === undefined) return undefined;
    const { subject, sans } = certificateOf(x509);
    const entry = this.#certificates.find((one) =>
      one.subject === undefined ? sans.includes(one.san ?? '') : one.subject === subject,
    );
    return entry && { id: entry.id, by: 'certificate', roles: entry.roles };
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
