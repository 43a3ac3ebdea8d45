/**
 * The connections of one process, and as whom they call.
 *
 * An identity is a token and, in the legacy era, its session. Either every connection has a session of its own, or the
 * connections share one for each token and the tokens take turns call by call.
 */

import { type Arrival, LoadError } from './arrival.ts';
import { type Identity, Lane, type LaneOwner } from './lane.ts';
import { type Plan, tokensOf } from './plan.ts';
import { type Call, type Wire, wiresOf } from './wire.ts';

const TOGETHER = 64;
const MUSTER_MS = 60_000;

export class Crew {
  readonly lanes: Lane[] = [];
  readonly #plan: Plan;
  readonly #arrival: Arrival;
  readonly #calls: readonly Call[];
  readonly #owner: LaneOwner;
  readonly #url: URL;
  readonly #tokens: number;
  readonly #identities: Identity[] = [];
  readonly #sessions: { token: number; id: string | undefined }[] = [];
  readonly #wires = new Map<string, Wire[]>();
  /** Who waits for a lane that `muster` opens. */
  readonly #mustered = new Map<Lane, () => void>();
  #hired = 0;
  #growing = 0;
  #turn = 0;

  constructor(plan: Plan, arrival: Arrival, calls: readonly Call[], owner: LaneOwner) {
    this.#plan = plan;
    this.#arrival = arrival;
    this.#calls = calls;
    this.#owner = owner;
    this.#url = new URL(plan.url);
    this.#tokens = Math.max(1, tokensOf(plan).length);
  }

  get era(): 'modern' | 'legacy' {
    return this.#arrival.era;
  }

  identityOf(lane: Lane): Identity {
    return lane.identity ?? this.#identities[this.#turn++ % this.#identities.length]!;
  }

  /** Opens the first connections, some at a time. */
  async muster(count: number): Promise<void> {
    if (this.era === 'modern' || this.#plan.sessions === 'shared') {
      for (let token = 0; token < this.#tokens; token++) {
        this.#identities.push(await this.#identity(token));
      }
    }
    const deadline = Date.now() + MUSTER_MS;
    let left = count;
    const open = async () => {
      while (left-- > 0) {
        if (Date.now() > deadline) throw new LoadError('unreachable', 'Connecting took too long.');
        const lane = await this.#hire();
        // One that cannot connect now tries again with its first call, where the failure counts.
        await new Promise<void>((resolve) => {
          this.#mustered.set(lane, resolve);
          lane.open();
        });
      }
    };
    await Promise.all(Array.from({ length: Math.min(TOGETHER, count) }, open));
  }

  /** More connections in the middle of a run, so that `waiting` are on their way, within the bound. */
  grow(waiting: number): void {
    const room = this.#plan.connections - this.#hired;
    const count = Math.min(waiting, TOGETHER) - this.#growing;
    for (let i = 0; i < Math.min(room, count); i++) {
      this.#growing++;
      this.#hire().then(
        (lane) => lane.open(),
        () => {
          this.#growing--;
          this.#hired--;
        },
      );
    }
  }

  /** A lane is open, or is not. True when that was for `muster` to know. */
  opened(lane: Lane): boolean {
    const resolve = this.#mustered.get(lane);
    if (resolve === undefined) {
      this.#growing--;
      return false;
    }
    this.#mustered.delete(lane);
    resolve();
    return true;
  }

  async leave(): Promise<void> {
    for (const lane of this.lanes) lane.close();
    await this.#arrival.closeSessions(this.#sessions);
    await this.#arrival.leave();
  }

  async #hire(): Promise<Lane> {
    const token = this.#hired++ % this.#tokens;
    const place = { url: this.#url, address: this.#arrival.address };
    const lane = new Lane(this.#owner, place);
    if (this.#identities.length === 0) lane.identity = await this.#identity(token);
    this.lanes.push(lane);
    return lane;
  }

  async #identity(token: number): Promise<Identity> {
    const isLegacy = this.era === 'legacy';
    const id = isLegacy ? await this.#arrival.openSession(token) : undefined;
    if (isLegacy) this.#sessions.push({ token, id });
    const key = `${token} ${id?.length}`;
    let wires = this.#wires.get(key);
    if (wires === undefined) {
      wires = wiresOf(this.#calls, this.#arrival, this.#url, token, id?.length);
      this.#wires.set(key, wires);
    }
    return { wires, session: id === undefined ? undefined : Buffer.from(id, 'latin1') };
  }
}
