/**
 * Who comes in: asks `auth/` for the caller of each request and refuses whom it does not know.
 *
 * In the tick of the request where memory knows the credential, so that a known caller pays for no promise; else the body
 * may arrive meanwhile. A token in the URL is refused whatever it is: URLs are logged by everything on the way
 * (RFC 6750 5.3; MCP authorization: "access tokens MUST NOT be included in the URI query string").
 */

import { type Auth, challenge } from '../../auth/auth.ts';
import { type Caller, isRefusal } from '../../model.ts';
import { type Refusal, refuse } from '../../protocol/refusal.ts';
import type { Exchange } from './exchange.ts';

const QUERY_NAMES = ['access_token', 'token', 'api_key', 'apikey', 'authorization'] as const;

const UNREADABLE = refuse('invalid_request', 'The header of the proxy holds no certificate.');

export class Door {
  readonly #auth: Auth;

  constructor(auth: Auth) {
    this.#auth = auth;
  }

  /** The caller; a promise where it must be waited for (`settle`); undefined where the request was refused. */
  admit(exchange: Exchange, hasBody: boolean): Caller | Promise<Caller | Refusal> | undefined {
    const { head } = exchange;
    if (head.query !== '' && hasToken(head.query)) {
      const words = 'Credentials must not stand in the URL. Send an Authorization header.';
      return this.#refuse(exchange, refuse('invalid_request', words), hasBody);
    }
    const known = this.#certified(exchange) ?? this.#auth.recall(head.authorization);
    if (known !== undefined) {
      return isRefusal(known)
        ? this.#refuse(exchange, known, hasBody)
        : this.#let(exchange, known, hasBody);
    }
    const verdict = this.#auth.verify(head.authorization, exchange.address());
    return verdict instanceof Promise ? verdict : this.#refuse(exchange, verdict, hasBody);
  }

  /** A token says who calls also where a certificate does: the certificate may be that of a proxy or a machine. */
  #certified(exchange: Exchange): Caller | Refusal | undefined {
    if (exchange.head.authorization !== '') return undefined;
    const certificate = exchange.certificate();
    if (certificate === 'none') return undefined;
    // What was shown and cannot be read must not make its bearer anonymous.
    return certificate === 'unreadable' ? UNREADABLE : this.#auth.recognise(certificate);
  }

  /** Goes on with `serve` once the caller is known. */
  settle(exchange: Exchange, verdict: Promise<Caller | Refusal>, serve: () => void): void {
    const settled = (answer: Caller | Refusal) => {
      if (exchange.isOver) return;
      exchange.guard(() => {
        if (isRefusal(answer)) this.#refuse(exchange, answer, false);
        else if (this.#let(exchange, answer, false) !== undefined) serve();
      });
    };
    verdict.then(settled, (error: unknown) => {
      exchange.guard(() => {
        throw error;
      });
    });
  }

  #let(exchange: Exchange, caller: Caller, hasBody: boolean): Caller | undefined {
    const refusal = this.#auth.refuseScopes(caller);
    if (refusal !== undefined) return this.#refuse(exchange, refusal, hasBody);
    exchange.caller = caller;
    exchange.door = this;
    return caller;
  }

  /** WWW-Authenticate, where one belongs to this refusal. */
  challenge(exchange: Exchange, refusal: Refusal): readonly string[] {
    const isShown = exchange.head.authorization !== '';
    const words = challenge(this.#auth.config, refusal, isShown);
    return words === undefined ? [] : ['www-authenticate', words];
  }

  #refuse(exchange: Exchange, refusal: Refusal, hasBody: boolean): undefined {
    exchange.addHeaders(this.challenge(exchange, refusal));
    const retryAfterS = refusal.data?.retryAfterS;
    if (typeof retryAfterS === 'number') exchange.addHeaders(['retry-after', String(retryAfterS)]);
    exchange.refuse(refusal, hasBody);
  }
}

function hasToken(query: string): boolean {
  const names = new Set([...new URLSearchParams(query).keys()].map((name) => name.toLowerCase()));
  return QUERY_NAMES.some((name) => names.has(name));
}
