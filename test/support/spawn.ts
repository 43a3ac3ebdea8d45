/**
 * Child processes for tests: started, waited for until they print their ready line, and never left behind.
 *
 * Every child is killed when the test process exits, however it exits; a test should still call `stop()` in an
 * `after` hook. Output is kept up to a bound, for the message of a failed assertion.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

const OUTPUT_CHARS_MAX = 200_000;
const children = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
// A failed test skips its own cleanup, and a child that is left keeps the test process from exiting.
if (process.env.NODE_TEST_CONTEXT !== undefined) {
  after(() => {
    for (const child of children) child.kill('SIGKILL');
  });
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(1));
}

export interface StartOptions {
  /** Matched against each line of stdout; its first group, or the line, becomes `ready`. */
  readyLine?: RegExp;
  /** How long to wait for the ready line. Generous: it only keeps a broken test from hanging. */
  readyMs?: number;
  env?: Record<string, string>;
  cwd?: string;
}

export interface StartedProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** What the ready line said; empty when none was asked for. */
  readonly ready: string;
  stdout(): string;
  stderr(): string;
  /** Resolves with the exit code, or the name of the signal. */
  readonly exited: Promise<number | string>;
  /** SIGTERM, then SIGKILL after `graceMs`. Resolves when the process is gone; may be called twice. */
  stop(graceMs?: number): Promise<number | string>;
}

class Output {
  text = '';
  #onLine: ((line: string) => void) | undefined;
  #tail = '';

  constructor(onLine?: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: string): void {
    if (this.text.length < OUTPUT_CHARS_MAX) this.text += chunk;
    if (this.#onLine === undefined) return;
    const lines = (this.#tail + chunk).split('\n');
    this.#tail = (lines.pop() ?? '').slice(-OUTPUT_CHARS_MAX);
    for (const line of lines) this.#onLine(line);
  }
}

async function stopChild(
  child: ChildProcess,
  exited: Promise<number | string>,
  graceMs: number,
): Promise<number | string> {
  if (child.exitCode !== null || child.signalCode !== null) return exited;
  child.kill('SIGTERM');
  const cancel = new AbortController();
  const late = sleep(graceMs, undefined, { signal: cancel.signal, ref: false }).then(
    () => child.kill('SIGKILL'),
    () => false,
  );
  const outcome = await exited;
  cancel.abort();
  await late;
  return outcome;
}

/** Starts a process and waits for its ready line, if `readyLine` is given. Throws with its output when none comes. */
export async function startProcess(
  command: string,
  args: readonly string[],
  options: StartOptions = {},
): Promise<StartedProcess> {
  let announce: (ready: string) => void = () => {};
  const readyLine = options.readyLine;
  const announced = new Promise<string>((resolve) => {
    announce = resolve;
  });
  const stdout = new Output((line) => {
    const found = readyLine?.exec(line);
    if (found) announce(found[1] ?? found[0]);
  });
  const stderr = new Output();
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  children.add(child);
  child.stdin?.on('error', () => {});
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => stdout.push(chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => stderr.push(chunk));
  const exited = new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => {
      children.delete(child);
      resolve(code ?? signal ?? 'unknown');
    });
  });
  const stop = (graceMs = 5000) => stopChild(child, exited, graceMs);
  const ready = readyLine === undefined ? '' : await waitForReady(announced, exited, options);
  if (ready instanceof Error) {
    await stop(500);
    throw new Error(`${command} ${args.join(' ')}: ${ready.message}\n${stdout.text}${stderr.text}`);
  }
  return {
    child,
    pid: child.pid ?? -1,
    ready,
    stdout: () => stdout.text,
    stderr: () => stderr.text,
    exited,
    stop,
  };
}

async function waitForReady(
  announced: Promise<string>,
  exited: Promise<number | string>,
  options: StartOptions,
): Promise<string | Error> {
  const cancel = new AbortController();
  const readyMs = options.readyMs ?? 90_000;
  const outcome = await Promise.race([
    announced,
    exited.then((how) => new Error(`ended with ${how} before it was ready`)),
    sleep(readyMs, new Error(`not ready after ${readyMs} ms`), { signal: cancel.signal }),
  ]);
  cancel.abort();
  return outcome;
}

export interface Finished {
  status: number | string;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end, with a deadline after which it is killed. */
export async function runProcess(
  command: string,
  args: readonly string[],
  options: Omit<StartOptions, 'readyLine'> & { deadlineMs?: number; input?: string } = {},
): Promise<Finished> {
  const { deadlineMs = 120_000, input, ...start } = options;
  const started = await startProcess(command, args, start);
  started.child.stdin?.end(input ?? '');
  const timer = setTimeout(() => started.child.kill('SIGKILL'), deadlineMs);
  const status = await started.exited;
  clearTimeout(timer);
  return { status, stdout: started.stdout(), stderr: started.stderr() };
}
