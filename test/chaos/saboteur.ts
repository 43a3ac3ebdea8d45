/**
 * What happens to servers from outside, at random: killed, stopped for a while, asked to leave, told to do the worst.
 *
 * The steady server is never touched. Everything that was stopped goes on again before the saboteur is done.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { generator } from '../support/random.ts';
import type { Caller, Stage } from './caller.ts';
import { HARD, type ServerName, STDIO } from './house.ts';
import { processesWith } from './processes.ts';
import { inTurns } from './turns.ts';

const PAUSE_MS = 300;
const DEEDS = ['kill', 'stop', 'stop', 'term', 'lost', 'worst', 'worst', 'worst', 'worst'] as const;
const STOP_MS = 2000;

export class Saboteur {
  readonly #stage: Stage;
  readonly #caller: Caller;
  readonly #record: string;
  readonly #draw: (below: number) => number;
  readonly #pending = new Set<Promise<unknown>>();

  constructor(stage: Stage, caller: Caller, record: string, seed: number) {
    this.#stage = stage;
    this.#caller = caller;
    this.#record = record;
    this.#draw = generator(seed);
  }

  async run(): Promise<void> {
    await this.#caller.open();
    const deeds = inTurns(DEEDS, this.#draw);
    const faults = inTurns(HARD, this.#draw);
    while (!this.#stage.isOver) {
      await sleep(50 + this.#draw(PAUSE_MS));
      const deed = deeds();
      if (deed === 'kill') this.#signal('SIGKILL');
      else if (deed === 'term') this.#signal('SIGTERM');
      else if (deed === 'stop') this.#track(this.#stop());
      else if (deed === 'lost') this.#track(this.#ask('far', 'lost'));
      else this.#track(this.#ask(STDIO[this.#draw(STDIO.length)]!, faults()));
    }
    await Promise.all(this.#pending);
    await this.#caller.close();
  }

  #track(work: Promise<unknown>): void {
    this.#pending.add(work);
    void work.finally(() => this.#pending.delete(work));
  }

  /** A random server's process; 0 where there is none just now. */
  #victim(): number {
    const server: ServerName = STDIO[this.#draw(STDIO.length)]!;
    const found = processesWith(this.#record).filter(
      ({ command, parent }) =>
        command.trimEnd().endsWith(` ${server}`) && parent === this.#stage.gateway.process.pid,
    );
    return found.length === 0 ? 0 : found[this.#draw(found.length)]!.pid;
  }

  #signal(signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP', pid = this.#victim()): number {
    if (pid === 0 || !send(pid, signal)) return 0;
    this.#stage.tally.count(signal);
    return pid;
  }

  async #stop(): Promise<void> {
    const pid = this.#signal('SIGSTOP');
    if (pid === 0) return;
    await sleep(this.#draw(STOP_MS));
    if (send(pid, 'SIGCONT')) this.#stage.tally.count('SIGCONT');
  }

  #ask(server: ServerName, fault: string): Promise<unknown> {
    return this.#caller.ask({ server, tool: 'work', fault });
  }
}

/** False where the process has gone. */
function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
