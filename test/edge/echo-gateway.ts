/**
 * A small whole Gateway for tests of the edge: real sessions, answers that the test chooses by method and tool name.
 *
 *   echo            answers at once with the name that was called
 *   stream          two notifications, then the answer, in one tick
 *   hang            answers when `release()` is called
 *   flood           pushes until it is aborted or has pushed 64 MiB
 *   throw           is a bug
 *   anything else   answers at once, and records what it was given
 */

import { randomUUID } from 'node:crypto';
import type { Gateway, Outlet, Route, Session, TurnedAway } from '../../src/edge/contract.ts';
import type { Caller } from '../../src/model.ts';
import type { Message } from '../../src/protocol/message.ts';

export class EchoGateway implements Gateway {
  readonly routes = new Map<string, Route>(
    ['', 'files', 'v/ops'].map((path) => [path, { path }] as const),
  );
  readonly sessions = new Map<string, Session & { route: Route; caller: Caller }>();
  readonly taken: Message[] = [];
  readonly turnedAway: TurnedAway[] = [];
  /** Of modern requests, in order. */
  readonly callers: Caller[] = [];
  readonly hung: { message: Message; outlet: Outlet }[] = [];
  params: readonly string[] | null = null;
  version = '2025-11-25';
  aborts = 0;
  floods = 0;
  isReady = true;
  #waiting: { isMet: () => boolean; resolve: () => void }[] = [];

  route(path: string): Route | undefined {
    return this.routes.get(path);
  }

  modern(
    _route: Route,
    caller: Caller,
    message: Message,
    params: readonly string[] | null,
    outlet: Outlet,
  ): void {
    this.params = params;
    this.callers.push(caller);
    this.#answer(message, outlet);
  }

  initialize(
    route: Route,
    caller: Caller,
    message: Message,
    outlet: Outlet,
    opened: (session: Session) => void,
  ): void {
    const session = {
      id: randomUUID(),
      route,
      caller,
      version: this.version,
      stream: null,
      isAttached: false,
      onEnd: new Set<() => void>(),
    };
    this.sessions.set(session.id, session);
    opened(session);
    outlet.end(reply(message, { protocolVersion: this.version }), 200);
    this.#check();
  }

  session(id: string, caller: Caller, route: Route): Session | undefined {
    const session = this.sessions.get(id);
    return session?.caller === caller && session.route === route ? session : undefined;
  }

  happened(refused: TurnedAway): void {
    this.turnedAway.push(refused);
  }

  legacy(_session: Session, message: Message, outlet: Outlet): void {
    this.#answer(message, outlet);
  }

  take(_session: Session, message: Message): void {
    this.taken.push(message);
    this.#check();
  }

  end(session: Session): void {
    if (!this.sessions.delete(session.id)) return;
    for (const onEnd of session.onEnd) onEnd();
    this.#check();
  }

  readiness() {
    return { degraded: [], ready: this.isReady, servers: { files: { state: 'ready' } } };
  }

  /** Answers everything that hangs. */
  release(): void {
    for (const { message, outlet } of this.hung.splice(0)) {
      outlet.end(reply(message, { released: true }), 200);
    }
  }

  /** Resolves once the condition holds; checked whenever something happens here. */
  until(isMet: () => boolean): Promise<void> {
    if (isMet()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ isMet, resolve });
    });
  }

  #answer(message: Message, outlet: Outlet): void {
    switch (message.name) {
      case 'throw':
        throw new Error('a bug at /secret/path');
      case 'hang':
        outlet.onAbort = () => this.#aborted();
        this.hung.push({ message, outlet });
        break;
      case 'stream':
        outlet.push(note(1));
        outlet.push(note(2));
        outlet.end(reply(message, { name: 'stream' }), 200);
        break;
      case 'flood':
        this.#flood(outlet);
        break;
      case 'big':
        outlet.end(reply(message, { text: 'x'.repeat(8 << 20) }), 200);
        break;
      case 'missing':
        outlet.end(reply(message, { status: 404 }), 404);
        break;
      default:
        outlet.end(reply(message, { name: message.name, method: message.method }), 200);
    }
    this.#check();
  }

  #flood(outlet: Outlet): void {
    const event = Buffer.from(
      JSON.stringify({ jsonrpc: '2.0', method: 'x', params: { t: 'y'.repeat(65536) } }),
    );
    let isAborted = false;
    outlet.onAbort = () => {
      isAborted = true;
      this.#aborted();
    };
    for (let i = 0; i < 1024 && !isAborted; i++) outlet.push(event);
    this.floods++;
  }

  #aborted(): void {
    this.aborts++;
    this.#check();
  }

  #check(): void {
    const met = this.#waiting.filter(({ isMet }) => isMet());
    this.#waiting = this.#waiting.filter((waiter) => !met.includes(waiter));
    for (const { resolve } of met) resolve();
  }
}

export function note(n: number): Buffer {
  return Buffer.from(`{"jsonrpc":"2.0","method":"notifications/message","params":{"n":${n}}}`);
}

function reply(message: Message, result: object): Buffer {
  return Buffer.from(`{"jsonrpc":"2.0","id":${message.id},"result":${JSON.stringify(result)}}`);
}
