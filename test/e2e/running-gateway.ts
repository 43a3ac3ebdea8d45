/**
 * The gateway as its users have it, for end-to-end tests: the real program on a free port, with real servers behind.
 *
 * Started once per file and stopped by the `stop` given back; what a failed test leaves behind is killed by spawn.ts.
 */

import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach } from 'node:test';
import { type StartedProcess, startProcess } from '../support/spawn.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';

export { fixture, reference, remote, script } from '../support/servers.ts';

export type Json = Record<string, unknown>;

/** Only prevents that a test hangs. */
export const PATIENCE_MS = 60_000;

export class RunningGateway {
  /** Ends in /mcp. */
  readonly url: string;
  readonly folder: string;
  readonly file: string;
  readonly process: StartedProcess;

  private constructor(process: StartedProcess, folder: string, file: string) {
    this.process = process;
    this.url = process.ready;
    this.folder = folder;
    this.file = file;
  }

  /** JSON is YAML, and needs no writer. */
  static async start(
    config: Json,
    args: readonly string[] = [],
    env: Record<string, string> = {},
  ): Promise<RunningGateway> {
    const folder = temporaryFolder('e2e');
    const file = join(folder, 'sluice.yaml');
    writeFileSync(file, JSON.stringify(withDefaults(config)));
    const started = await startProcess(
      process.execPath,
      [compiled('src/main.js'), 'start', '-c', file, ...args],
      { readyLine: /^listening on (\S+)$/, cwd: folder, env },
    );
    return new RunningGateway(started, folder, file);
  }

  get origin(): string {
    return new URL(this.url).origin;
  }

  route(path: string): string {
    return `${this.url}/${path}`;
  }

  /** Puts another configuration in place, as an editor does: whole or not at all. */
  write(config: Json | string): void {
    const next = `${this.file}.next`;
    const text = typeof config === 'string' ? config : JSON.stringify(withDefaults(config));
    writeFileSync(next, text);
    renameSync(next, this.file);
  }

  /** Resolves once the log says so, after the first `after` characters. */
  async logs(pattern: RegExp, after = 0): Promise<void> {
    const look = () => pattern.test(this.process.stderr().slice(after));
    await until(look, () => `the log says ${pattern}: ${this.process.stderr().slice(-3000)}`);
  }

  async readiness(): Promise<{ status: number; body: { ready: boolean; servers: Json } }> {
    const response = await fetch(`${this.origin}/readyz`);
    const body = (await response.json()) as { ready: boolean; servers: Json };
    return { status: response.status, body };
  }

  /** Resolves once every server was tried. */
  async settled(): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline) {
      const { body } = await this.readiness();
      const states = Object.values(body.servers).map((server) => (server as Json).status);
      if (!states.includes('starting')) return;
      await pause();
    }
    assert.fail('the servers never settled');
  }

  stop(): Promise<number | string> {
    return this.process.stop();
  }
}

/** Until when what is started is needed: the test that starts it, or the last one of the file. */
export type Lasting = 'test' | 'file';

/**
 * For files that start many: what this starts has tried every server, and is stopped after its test. One that stays would, beside
 * the tests that follow, compile for seconds what it may need later (preparation.ts).
 */
export function starter(): (config: Json, lasting?: Lasting) => Promise<RunningGateway> {
  const started: Record<Lasting, RunningGateway[]> = { test: [], file: [] };
  const stop = (all: RunningGateway[]) => Promise.all(all.splice(0).map((one) => one.stop()));
  afterEach(() => stop(started.test));
  after(() => stop(started.file));
  return async (config, lasting = 'test') => {
    const gateway = await RunningGateway.start(config);
    started[lasting].push(gateway);
    await gateway.settled();
    return gateway;
  };
}

/** For tests of something else that start many gateways: what inspection builds first is half of each start. */
export const UNINSPECTED = { inspect: 'off' } as const;

function withDefaults(config: Json): Json {
  const listen = { host: '127.0.0.1', port: 0, ...(config.listen as Json | undefined) };
  const { inspect } = config;
  // No test of anything else should fail because a busy machine took long to look.
  const patient = inspect === 'off' ? inspect : { deadlineMs: 60_000, ...(inspect as Json) };
  return { ...config, listen, inspect: patient };
}

export function pause(ms = 20): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** For what other processes do, which no event here announces. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string | (() => string) = String(holds),
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) {
      assert.fail(`never came about: ${typeof what === 'string' ? what : what()}`);
    }
    await pause();
  }
}

/** The text of a tool's answer; fails with what came instead. */
export function textOf(answer: { result?: Json | undefined; error?: unknown }): string {
  const content = answer.result?.content as { text?: string }[] | undefined;
  assert.ok(content?.[0]?.text !== undefined, JSON.stringify(answer));
  return content[0].text;
}

export function namesOf(
  answer: { result?: Json | undefined; error?: unknown },
  member = 'tools',
): string[] {
  const list = answer.result?.[member] as { name: string }[] | undefined;
  assert.ok(list !== undefined, JSON.stringify(answer));
  return list.map(({ name }) => name);
}

/** `recorder.ts` as the entry of a stdio server; what it received is read with `recorded`. */
export function recorder(file: string, ...tools: string[]): Json {
  return { command: process.execPath, args: [compiled('test/e2e/recorder.js'), file, ...tools] };
}

/** The lines that a recorder received, and the processes that it ran as. */
export function recorded(file: string): { pids: number[]; lines: Buffer[] } {
  const all = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  const isStart = (line: string) => line.startsWith('start ');
  const pids = all.filter(isStart).map((line) => Number(line.slice(6)));
  const lines = all.filter((line) => !isStart(line)).map((line) => Buffer.from(line, 'base64'));
  return { pids, lines };
}
