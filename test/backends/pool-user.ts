/**
 * Calls a backend as the relay does, for tests of its pool: at once where a link has room, else in its turn.
 */

import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Backend } from '../../src/backends/backend.ts';
import { serverSchema } from '../../src/backends/config.ts';
import type { BackendStats } from '../../src/backends/contract.ts';
import type { Place, Queued, Share } from '../../src/backends/fair-queue.ts';
import type { Link, Receiver } from '../../src/backends/link.ts';
import { isRefusal } from '../../src/model.ts';
import type { Message } from '../../src/protocol/message.ts';
import type { Refusal } from '../../src/protocol/refusal.ts';
import { createLog, type Logger } from '../../src/telemetry/telemetry.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';
import type { Json } from './link-user.ts';

const PATIENCE_MS = 60_000;

/** One call; `outcome` is the text of its answer, or the refusal. */
export class PoolCall implements Receiver, Queued {
  readonly share: Share;
  readonly outcome: Promise<string | Refusal>;
  place: Place | null = null;
  link: Link | null = null;
  readonly #backend: Backend;
  readonly #name: string;
  readonly #args: Json;
  #end: (outcome: string | Refusal) => void = () => {};

  /** `caller` may be `ann/1`: a session of ann. */
  constructor(backend: Backend, caller: string, name: string, args: Json = {}) {
    this.#backend = backend;
    this.#name = name;
    this.#args = args;
    const [callerId = ''] = caller.split('/');
    this.share = backend.share(caller, callerId);
    this.outcome = new Promise((resolve) => {
      this.#end = resolve;
    });
    if (!backend.mustOpen(callerId)) this.#start(callerId);
    else {
      void backend.open(callerId).then((refusal) => {
        if (refusal === undefined) this.#start(callerId);
        else this.#end(refusal);
      });
    }
  }

  #start(callerId: string): void {
    const link = this.#backend.take(this.share, callerId);
    if (link === undefined) this.#wait(callerId);
    else this.onRoom(link);
  }

  #wait(callerId: string): void {
    const { length } = JSON.stringify(this.#args);
    const place = this.#backend.queue(this, this.share, callerId, length);
    if (isRefusal(place)) this.#end(place);
    else this.place = place;
  }

  onRoom(link: Link): void {
    this.place = null;
    this.link = link;
    const id = link.nextId();
    const params = { name: this.#name, arguments: this.#args };
    const bytes = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params }));
    const mirror = { method: 'tools/call', name: this.#name, params: [] };
    link.send(id, bytes, this, this.#backend.config.timeoutMs, mirror);
  }

  onNoRoom(refusal: Refusal): void {
    this.#end(refusal);
  }

  onReply(reply: Message): void {
    const { result } = JSON.parse(reply.bytes.toString()) as {
      result?: { content: { text: string }[] };
    };
    this.#end(String(result?.content[0]?.text));
  }

  onFail(refusal: Refusal): void {
    this.#end(refusal);
  }

  onMessage(): void {}
}

export class PoolUser {
  readonly backend: Backend;
  readonly folder = temporaryFolder('pool');

  constructor(pool: Json, entry: Json = {}, log: Logger = createLog({ log: 'silent' })) {
    const gate = {
      command: process.execPath,
      args: [compiled('test/support/fixtures/gate.js'), this.folder],
    };
    const config = serverSchema.parse({ ...gate, pool, ...entry });
    this.backend = new Backend('gate', config, {
      listener: { onListChanged: () => {}, onUpdated: () => {}, onInventory: () => {} },
      log,
      environment: process.env,
    });
  }

  call(caller: string, name: string, args: Json = {}): PoolCall {
    return new PoolCall(this.backend, caller, name, args);
  }

  hold(caller: string, count: number): PoolCall[] {
    return Array.from({ length: count }, (_, at) =>
      this.call(caller, 'hold', { tag: `${caller}-${at}` }),
    );
  }

  async text(caller: string, name: string, args: Json = {}): Promise<string> {
    const outcome = await this.call(caller, name, args).outcome;
    assert.ok(typeof outcome === 'string', JSON.stringify(outcome));
    return outcome;
  }

  /** Everything held is answered from now on, and what comes later, too. */
  open(): void {
    writeFileSync(join(this.folder, 'open'), '');
  }

  /** What comes from now on is held again. */
  shut(): void {
    rmSync(join(this.folder, 'open'));
  }

  /** What the processes were asked, in order: `PID WHAT TAG`. */
  get asked(): string[] {
    const file = join(this.folder, 'calls');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  }

  get tags(): string[] {
    return this.asked.map((line) => line.split(' ')[2] ?? '').filter(Boolean);
  }

  get stats(): BackendStats {
    return this.backend.stats;
  }

  async until(holds: () => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!holds()) {
      if (Date.now() > deadline) {
        assert.fail(`never came about: ${holds}; ${JSON.stringify(this.stats)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

export function codeOf(outcome: string | Refusal): string {
  return isRefusal(outcome) ? outcome.code : outcome;
}
