/**
 * One client under load: a session (legacy) or none (modern), and several connections that ask in turn.
 *
 * What it asks, and how badly it behaves, is drawn from its own seeded generator; each answer is judged.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningGateway } from '../e2e/running-gateway.ts';
import { generator } from '../support/random.ts';
import { Connection, type Manners, type Reply } from './connection.ts';
import { FAULTS, SERVERS, type ServerName } from './house.ts';
import { judge } from './judge.ts';
import { type Asked, bytesOf, type Era, HELLO } from './request.ts';
import type { Tally } from './tally.ts';
import type { Draw, Turns } from './turns.ts';

const LANES = 3;
const THINK_MS = 160;
const KIB = 1024;
const LONG_BYTES = 2 * KIB * KIB;
const PAD_BYTES = 64 * KIB;

interface Work {
  readonly server: ServerName;
  readonly tool: string;
  readonly fault: string;
  readonly bytes?: number;
  readonly pad?: string;
}

export interface Stage {
  readonly gateway: RunningGateway;
  readonly tally: Tally;
  readonly turns: Turns;
  /** Set once the gateway itself was killed: then a call may stay without an answer. */
  isDead: boolean;
  /** Lanes ask nothing more. */
  isOver: boolean;
}

export class Caller {
  readonly #stage: Stage;
  readonly #era: Era;
  readonly #name: string;
  readonly #seed: number;
  #session = '';
  #tag = '';
  #opened = 0;
  #seq = 0;

  constructor(stage: Stage, era: Era, number: number, seed: number) {
    this.#stage = stage;
    this.#era = era;
    // The seed too: a run has several loads, and no call of one may be taken for one of another.
    this.#name = `${era}-${seed}-${number}`;
    this.#tag = this.#name;
    this.#seed = seed + number * 1009;
  }

  /** Asks until the stage is over; a session is ended and opened anew in between. */
  async run(): Promise<void> {
    for (let life = 0; !this.#stage.isOver; life++) {
      await this.open();
      const draw = generator(this.#seed + life * 7919);
      const steps = 150 + draw(150);
      const lanes = Array.from({ length: LANES }, (_, lane) =>
        this.#lane(generator(this.#seed + life * 7919 + lane + 1), steps),
      );
      await Promise.all(lanes);
      await this.close();
    }
  }

  /** One call, judged; true when it was answered as it should be. */
  async ask(work: Work, manners: Manners = {}, cancelMs?: number): Promise<boolean> {
    const connection = this.#connection();
    const isOwn = await this.#call(connection, work, manners, cancelMs);
    connection.close();
    return isOwn;
  }

  #connection(): Connection {
    const { gateway, tally } = this.#stage;
    return new Connection(gateway.url, (bytes) =>
      tally.wrong(`${this.#tag}: nobody asked for ${bytes}`),
    );
  }

  #bytes(asked: Asked): Buffer {
    return bytesOf(this.#stage.gateway.url, this.#era, asked, this.#session);
  }

  async #lane(draw: Draw, steps: number): Promise<void> {
    const connection = this.#connection();
    for (let step = 0; step < steps && !this.#stage.isOver; step++) {
      if (draw(30) === 0) await this.#list(connection);
      else {
        const work = choose(draw, this.#era, this.#stage.turns);
        const isLong = work.fault === 'stall' || work.fault === 'late' || work.fault === 'slow';
        const cancels = this.#era === 'legacy' && isLong && draw(3) === 0;
        await this.#call(connection, work, manners(draw, work), cancels ? draw(200) : undefined);
      }
      await sleep(draw(THINK_MS));
    }
    connection.close();
  }

  async #call(
    connection: Connection,
    { server, tool, ...work }: Work,
    manners: Manners,
    cancelMs: number | undefined,
  ): Promise<boolean> {
    const { tally } = this.#stage;
    const seq = ++this.#seq;
    const caller = this.#tag;
    // Both kinds of id, for what only looks at one of them.
    const id = seq % 2 === 0 ? seq : `${caller} "${seq}"`;
    const args = { caller, seq, ...work };
    const params = { name: `${server}__${tool}`, arguments: args };
    const asked = this.#bytes({ id, method: 'tools/call', params });
    const cancelling = cancelMs === undefined ? undefined : this.#cancel(id, cancelMs);
    const reply = await connection.exchange(asked, manners);
    await cancelling;
    const isCancelled = cancelMs !== undefined;
    const how =
      typeof reply === 'string'
        ? this.#unanswered(reply)
        : judge(reply, { id, caller, seq, fault: work.fault, isCancelled });
    const word = how.startsWith('wrong') ? 'WRONG' : how;
    if (word === 'WRONG') tally.wrong(`${caller} ${seq}, ${server} ${work.fault}: ${how}`);
    tally.ended(server, work.fault, word);
    if (server === 'steady' && !['own', 'left', 'died'].includes(how)) {
      tally.wrong(`${caller} ${seq}: the steady server's callers noticed: ${how}`);
    }
    return how === 'own';
  }

  #unanswered(why: string): string {
    if (why === 'left') return 'left';
    return this.#stage.isDead ? 'died' : `wrong: ${why}`;
  }

  async #cancel(requestId: string | number, afterMs: number): Promise<void> {
    await sleep(afterMs);
    const connection = this.#connection();
    const asked = { method: 'notifications/cancelled', params: { requestId } };
    const reply = await connection.exchange(this.#bytes(asked));
    connection.close();
    this.#stage.tally.count('cancelled');
    this.#expect(reply, 202, 'a cancellation');
  }

  async #list(connection: Connection): Promise<void> {
    const id = `list ${++this.#seq}`;
    const reply = await connection.exchange(this.#bytes({ id, method: 'tools/list' }));
    this.#stage.tally.count('lists');
    this.#expect(reply, 200, 'a list');
    if (typeof reply === 'string') return;
    const [answer] = reply.messages ?? [];
    const tools = (answer?.result as { tools?: { name: string }[] } | undefined)?.tools;
    const isWhole = SERVERS.every((server) =>
      tools?.some(({ name }) => name === `${server}__work`),
    );
    if (answer?.id !== id || !isWhole) this.#stage.tally.wrong(`${this.#tag}: ${reply.body}`);
  }

  async open(): Promise<void> {
    if (this.#era === 'modern') return;
    this.#session = '';
    this.#tag = `${this.#name}-${++this.#opened}`;
    const connection = this.#connection();
    const asked = { id: 'hello', method: 'initialize', params: HELLO };
    const reply = await connection.exchange(this.#bytes(asked));
    this.#expect(reply, 200, 'initialize');
    if (typeof reply !== 'string') this.#session = reply.sessionId;
    const initialized = this.#bytes({ method: 'notifications/initialized' });
    this.#expect(await connection.exchange(initialized), 202, 'initialized');
    connection.close();
  }

  async close(): Promise<void> {
    if (this.#era === 'modern' || this.#stage.isDead) return;
    const headers = { 'mcp-session-id': this.#session };
    const response = await fetch(this.#stage.gateway.url, { method: 'DELETE', headers });
    await response.arrayBuffer();
    this.#stage.tally.count('sessions');
    if (!response.ok) this.#stage.tally.wrong(`${this.#tag}: DELETE got ${response.status}`);
  }

  #expect(reply: Reply | string, status: number, what: string): void {
    if (this.#stage.isDead) return;
    const got = typeof reply === 'string' ? reply : reply.status;
    if (got !== status) this.#stage.tally.wrong(`${this.#tag}: ${what} got ${got}`);
  }
}

function choose(draw: Draw, era: Era, turns: Turns): Work {
  const any = SERVERS[draw(SERVERS.length)]!;
  // What a modern call leaves behind at `personal` is kept for its caller, and could not be told from a leak.
  const fit = any === 'personal' && era === 'modern' ? 'shared' : any;
  const server = draw(4) === 0 ? 'steady' : fit;
  const tool = ['work', 'read', server === 'personal' ? 'keep' : 'work'][draw(3)]!;
  const isFaulty = FAULTS[server].length > 0 && draw(6) === 0;
  const fault = isFaulty ? turns[server]() : '';
  const bytes = draw(40) === 0 ? draw(LONG_BYTES) : draw(500);
  const pad = 'p'.repeat(draw(10) === 0 ? draw(PAD_BYTES) : draw(100));
  return { server, tool, fault, bytes, pad };
}

function manners(draw: Draw, { bytes = 0 }: Work): Manners {
  return {
    ...(draw(40) === 0 && { leaveMs: draw(60) }),
    ...(draw(40) === 0 && { hesitateMs: draw(100) }),
    ...(bytes > PAD_BYTES && draw(2) === 0 && { sipMs: 20 }),
  };
}
