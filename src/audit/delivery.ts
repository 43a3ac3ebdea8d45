/**
 * What a sink is given, and which records of it are not taken.
 *
 * A sink that answers a batch with "this is wrong" would say so for ever, and everything behind it would wait. So the batch is
 * halved until it is known which records are meant, and those are set aside: they stay in the log. But what refuses everything
 * is not in order itself (a path that is wrong, a proxy that answers in its place). So before anything is set aside, and again
 * after it was found out, the sink must take something; where it does not, this rejects, and all of it comes again.
 */

import { type Carried, isRefused, type Sink } from './sinks/sink.ts';

export class Delivery {
  readonly #sink: Sink;
  readonly #tell: (words: string) => void;
  /** What it has taken last: it may get a record twice, and who took one once will again. */
  #taken: Carried | null = null;

  /** `tell`: what a sink says that has taken a batch and not kept all of it. */
  constructor(sink: Sink, tell: (words: string) => void) {
    this.#sink = sink;
    this.#tell = tell;
  }

  /** Resolves with the records to set aside, and why. Rejects where all of them must come again. */
  async give(batch: readonly Carried[]): Promise<{ aside: readonly Carried[]; why: string }> {
    const why = await this.#offer(batch);
    if (why === undefined) return { aside: [], why: '' };
    // What stands at the ends of the batch, where nothing was taken since the start: refused are rarely both.
    const others = this.#taken === null ? [batch[0]!, batch.at(-1)!] : [this.#taken];
    await this.#mustTake(others, why);
    const aside = await this.#refusedOf(batch);
    if (aside.length > 0) await this.#mustTake([this.#taken!], why);
    return { aside, why };
  }

  /** Of a batch that is refused as a whole. */
  async #refusedOf(batch: readonly Carried[]): Promise<Carried[]> {
    if (batch.length === 1) return [...batch];
    const half = batch.length >> 1;
    const found: Carried[] = [];
    for (const part of [batch.slice(0, half), batch.slice(half)]) {
      if ((await this.#offer(part)) !== undefined) found.push(...(await this.#refusedOf(part)));
    }
    return found;
  }

  /** One of these, alone. */
  async #mustTake(ones: readonly Carried[], why: string): Promise<void> {
    for (const one of ones) if ((await this.#offer([one])) === undefined) return;
    throw new Error(why);
  }

  /** Why it is refused. */
  async #offer(batch: readonly Carried[]): Promise<string | undefined> {
    const answer = await this.#sink.take(batch);
    if (isRefused(answer)) return answer.refused;
    if (answer !== undefined) this.#tell(answer);
    const { line, record } = batch.at(-1)!;
    // A copy: the line is a piece of what was read at one time.
    this.#taken = { line: Buffer.from(line), record };
    return undefined;
  }
}
