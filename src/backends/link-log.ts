/**
 * What goes wrong with one server, for the operator's log: bounded in rate and in length.
 *
 * A server is not trusted with the log: it may not flood it, break its lines, or drive a terminal with escape
 * sequences. What was left out is counted and said. Values handed in as secrets are blotted out of server output.
 */

/** The part of a logger that links need; pino's has it. Whoever passes one has bound it to the server's name. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Enough to see a start-up banner whole; after that a trickle. */
const BURST = 50;
const PER_SECOND = 5;
const LINE_CHARS_MAX = 1000;
/** What was left out is said at once and then at most this often. */
const NOTE_MS = 10_000;
/** Shorter values would blot out ordinary words. */
const SECRET_CHARS_MIN = 6;

export class LinkLog {
  readonly #log: Log;
  readonly #secrets: readonly string[];
  readonly #now: () => number;
  #tokens = BURST;
  #refilledAt: number;
  #suppressed = 0;
  #notedAt = Number.NEGATIVE_INFINITY;

  constructor(
    log: Log,
    secrets: readonly string[] = [],
    now: () => number = () => performance.now(),
  ) {
    this.#log = log;
    this.#secrets = secrets.filter((secret) => secret.length >= SECRET_CHARS_MIN);
    this.#now = now;
    this.#refilledAt = now();
  }

  debug(message: string, fields: object = {}): void {
    if (this.#take()) this.#log.debug(fields, message);
  }

  info(message: string, fields: object = {}): void {
    if (this.#take()) this.#log.info(fields, message);
  }

  warn(message: string, fields: object = {}): void {
    if (this.#take()) this.#log.warn(fields, message);
  }

  /** One line that the server wrote to stderr. The specification makes it free text, not an error. */
  output(line: string): void {
    if (this.#take()) {
      this.#log.info({ stderr: this.clean(line) }, 'server output');
    }
  }

  /** One line, cut, without control characters or secrets. */
  clean(text: string): string {
    // Blotted before it is cut: a secret that the cut split in two would survive by its first half.
    let whole = text.slice(0, LINE_CHARS_MAX * 8);
    for (const secret of this.#secrets) whole = whole.replaceAll(secret, '[secret]');
    const cut = whole.length > LINE_CHARS_MAX ? `${whole.slice(0, LINE_CHARS_MAX)}…` : whole;
    return cut.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trimEnd();
  }

  #take(): boolean {
    const now = this.#now();
    const refill = ((now - this.#refilledAt) / 1000) * PER_SECOND;
    this.#tokens = Math.min(BURST, this.#tokens + refill);
    this.#refilledAt = now;
    if (this.#tokens < 1) {
      this.#suppressed += 1;
      return false;
    }
    this.#tokens -= 1;
    if (this.#suppressed > 0 && now - this.#notedAt >= NOTE_MS) {
      this.#notedAt = now;
      const lines = this.#suppressed;
      this.#suppressed = 0;
      this.#log.warn({ lines }, 'log lines of this server were left out');
    }
    return true;
  }
}
