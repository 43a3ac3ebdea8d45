/**
 * Lets in so much work per turn of the event loop, and so much at one time.
 *
 * A burst of new tokens (a restart, a flood) must not sit on the loop while known callers wait: 16 signatures cost about
 * 1 ms of it. What finds the queue full is told so at once. One for each that can keep us waiting: a provider that answers
 * slowly takes the places of its own tokens only.
 */

const STARTS_PER_TURN = 16;
const RUNNING_MAX = 64;
const WAITING_MAX = 1024;

export class Turnstile {
  readonly #waiting: (() => Promise<void>)[] = [];
  #running = 0;
  #isScheduled = false;

  /** Runs `work` when it is its turn; undefined where too much waits already. */
  enter<T>(work: () => Promise<T>): Promise<T> | undefined {
    if (this.#waiting.length >= WAITING_MAX) return undefined;
    const done = new Promise<T>((resolve, reject) => {
      this.#waiting.push(() => work().then(resolve, reject));
    });
    this.#schedule();
    return done;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.length === 0 || this.#running >= RUNNING_MAX) return;
    this.#isScheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isScheduled = false;
    for (let starts = 0; starts < STARTS_PER_TURN && this.#running < RUNNING_MAX; starts++) {
      const work = this.#waiting.shift();
      if (work === undefined) break;
      this.#running += 1;
      void work().finally(() => {
        this.#running -= 1;
        this.#schedule();
      });
    }
    this.#schedule();
  }
}
