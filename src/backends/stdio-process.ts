/**
 * A long-lived child process that speaks JSON-RPC, one message per line, over its stdin and stdout.
 *
 * It keeps: bounded memory towards and from the child; one write per turn of the event loop; an end in order (stdin
 * closed, SIGTERM, SIGKILL) that leaves neither the child nor its children behind. The child inherits only what
 * programs need to run, never the gateway's own secrets. No shell is involved: arguments are never parsed.
 *
 * The only place that starts processes, but for the watchdog that ends them.
 */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { stopwatch } from '../lib/stopwatch.ts';
import { LineFramer } from '../protocol/framing.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import type { Spliced } from '../protocol/splice.ts';
import { guard, signalGroup, sweep } from './child-end.ts';
import type { ProgramConfig } from './config.ts';
import { LineWriter } from './line-writer.ts';
import type { LinkLog } from './link-log.ts';
import { StderrLines } from './stderr-lines.ts';
import type { Sink, Wire } from './wire.ts';

/** What the official SDKs let a child inherit, and where temporary files and locales are found. */
const INHERITED = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'TERM',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TZ',
  'TMPDIR',
];

/** After its leader is gone, the pipe is drained this long for what a grandchild outside the group may hold open. */
const DRAIN_MS = 500;
const EXIT_WORDS_MS = 100;

/** How long each step of the end may take; SDK servers leave within 25 ms of the first. */
export interface Ladder {
  /** From closing stdin to SIGTERM. */
  readonly termAfterMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly killAfterMs: number;
}

const LADDER: Ladder = { termAfterMs: 2000, killAfterMs: 2000 };

export class StdioProcess implements Wire {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #sink: Sink;
  readonly #log: LinkLog;
  readonly #ladder: Ladder;
  readonly #framer: LineFramer;
  readonly #writer: LineWriter;
  readonly #over: Promise<void>;
  #resolveOver: () => void = () => {};
  #isClosing = false;
  #isOver = false;
  #isReported = false;
  #timer: NodeJS.Timeout | null = null;
  #reportTimer: NodeJS.Timeout | null = null;
  /** Why the conversation ended where that was known before the process did. */
  #why = '';

  constructor(
    config: ProgramConfig,
    environment: NodeJS.ProcessEnv,
    sink: Sink,
    log: LinkLog,
    ladder: Ladder = LADDER,
  ) {
    this.#sink = sink;
    this.#log = log;
    this.#ladder = ladder;
    this.#over = new Promise((resolve) => {
      this.#resolveOver = resolve;
    });
    this.#framer = new LineFramer(config.lineBytesMax, (bytes) => {
      this.#log.warn('a line of the server is longer than lineBytesMax and was dropped', { bytes });
      this.#sink.onTooLong();
    });
    this.#child = start(config, environment);
    this.#writer = new LineWriter(this.#child.stdin);
    this.#listen(config);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  request(_id: number, bytes: Buffer | Spliced): Refusal | undefined {
    if (this.#isClosing) return refuse('backend_unavailable', undefined, undefined, this.#why);
    if (this.#write(bytes)) return undefined;
    return refuse('busy', 'The server behind this call does not take more for now.');
  }

  post(bytes: Buffer): void {
    if (!this.#write(bytes)) this.#log.warn('a message was dropped: the server does not read');
  }

  release(_id: number, cancelled: Buffer | null): void {
    if (cancelled !== null) this.post(cancelled);
  }

  speak(): void {}

  ready(): void {}

  posted(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#end('the gateway closed it');
    this.#report(this.#why);
    return this.#over;
  }

  abandon(): Promise<void> {
    // It may be writing without end; and one that did not answer a ping need not be asked by the end of its input first.
    this.#child.stdout.pause();
    this.#end('the gateway gave it up', 0);
    return this.close();
  }

  /** True when the bytes were taken, or nobody is left to take them. */
  #write(message: Buffer | Spliced): boolean {
    return this.#isClosing || this.#writer.add(message);
  }

  #listen({ command, cwd }: ProgramConfig): void {
    const child = this.#child;
    if (child.pid !== undefined) guard(child.pid);
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (child.pid !== undefined) return;
      // The command may be a path, which is for the operator and not for callers.
      this.#log.warn('the server could not be started', { command, code: error.code });
      this.#finish(spawnFault(error, cwd));
    });
    child.on('exit', (code, signal) => this.#onExit(code, signal));
    child.on('close', () => this.#finish(this.#why));
    child.stdout.on('data', (chunk: Buffer) => this.#onChunk(chunk));
    child.stdout.on('end', () => this.#end('the server closed its output'));
    // EPIPE arrives here and nowhere else; without a listener it would end the gateway.
    child.stdin.on('error', () => this.#end('the server closed its input'));
    child.stdout.on('error', () => this.#end('reading from the server failed'));
    const stderr = new StderrLines((line) => this.#log.output(line));
    child.stderr.on('data', (chunk: Buffer) => stderr.feed(chunk));
    child.stderr.on('end', () => stderr.end());
    child.stderr.on('error', () => {});
  }

  #onChunk(chunk: Buffer): void {
    this.#framer.push(chunk, this.#onLine);
  }

  readonly #onLine = (line: Buffer): void => {
    if (stopwatch.isOn) stopwatch.arrived(() => this.#sink.onBytes(line, 0));
    else this.#sink.onBytes(line, 0);
  };

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    this.#isClosing = true;
    // Reported when the pipe is drained: an answer may still be in it.
    this.#why = exitWords(code, signal);
    if (this.#reportTimer !== null) clearTimeout(this.#reportTimer);
    if (this.#child.pid !== undefined) sweep(this.#child.pid);
    this.#after(DRAIN_MS, () => {
      this.#child.stdout.destroy();
      this.#child.stderr.destroy();
      this.#finish(this.#why);
    });
  }

  /** Starts down the ladder: close its input, ask it to go, make it go. */
  #end(why: string, termAfterMs = this.#ladder.termAfterMs): void {
    if (this.#isClosing || this.#isOver) return;
    this.#writer.flush();
    this.#isClosing = true;
    this.#why = why;
    const { pid, stdin } = this.#child;
    stdin.end();
    // A broken pipe is mostly the first sign of an exit, whose code says more.
    this.#reportTimer = setTimeout(() => this.#report(why), EXIT_WORDS_MS);
    this.#after(termAfterMs, () => {
      if (pid !== undefined) signalGroup(pid, 'SIGTERM');
      this.#after(this.#ladder.killAfterMs, () => {
        this.#log.warn('the server did not leave when asked and was killed');
        if (pid !== undefined) signalGroup(pid, 'SIGKILL');
      });
    });
  }

  #after(delayMs: number, step: () => void): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(step, delayMs);
  }

  /** The conversation is over, which those who wait for answers learn before the process is gone. */
  #report(why: string): void {
    if (this.#isReported) return;
    this.#isReported = true;
    if (this.#reportTimer !== null) clearTimeout(this.#reportTimer);
    this.#sink.onEnd(why);
  }

  #finish(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isClosing = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#report(why);
    this.#resolveOver();
  }
}

/**
 * A started process, or why there is none. What the system says at once (a path through a file, a script without
 * its first line, too long an environment) Node.js throws instead of reporting, and one bad entry must not end the rest.
 */
export function startProcess(
  config: ProgramConfig,
  environment: NodeJS.ProcessEnv,
  sink: Sink,
  log: LinkLog,
): StdioProcess | string {
  try {
    return new StdioProcess(config, environment, sink, log);
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall?.startsWith('spawn') !== true) throw error;
    log.warn('the server could not be started', { command: config.command, code });
    return spawnFault(error as NodeJS.ErrnoException, config.cwd);
  }
}

function start(
  config: ProgramConfig,
  environment: NodeJS.ProcessEnv,
): ChildProcessWithoutNullStreams {
  const inherited: NodeJS.ProcessEnv = {};
  for (const name of INHERITED) {
    if (environment[name] !== undefined) inherited[name] = environment[name];
  }
  return spawn(config.command, config.args, {
    ...(config.cwd === undefined ? {} : { cwd: config.cwd }),
    env: { ...inherited, ...config.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    shell: false,
    // A group of its own: signals reach grandchildren, and Ctrl-C in a terminal ends children in our order.
    detached: true,
    windowsHide: true,
  });
}

function spawnFault(error: NodeJS.ErrnoException, cwd: string | undefined): string {
  // Node reports a missing working directory as ENOENT of the program, too.
  if (error.code === 'ENOENT') {
    const isPlace = cwd === undefined || existsSync(cwd);
    return isPlace ? 'its program was not found' : 'its cwd does not exist';
  }
  if (error.code === 'EACCES') return 'its program may not be executed';
  if (error.code === 'ENOTDIR')
    return 'its program or its cwd lies below something that is no folder';
  if (error.code === 'ENOEXEC') return 'its program is no executable, or a script without "#!"';
  if (error.code === 'E2BIG') return 'its arguments and environment are too long for this system';
  return `its program could not be started (${error.code ?? 'unknown reason'})`;
}

function exitWords(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null
    ? `the server exited with code ${code}`
    : `the server was ended by ${signal}`;
}
