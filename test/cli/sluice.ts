/**
 * The real program in a real process, for the tests of the command line.
 */

import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const TINY = fileURLToPath(new URL('./tiny-server.js', import.meta.url));

/** --no-addons, where the whole suite runs without native code, and where `.ci/run` keeps compiled modules. */
const FROM_CI = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => /^NODE_(OPTIONS|COMPILE_CACHE)$/.test(name)),
);

/** Only prevents that a test hangs. */
const PATIENCE_MS = 120_000;

export interface Place {
  readonly folder: string;
  readonly env?: Record<string, string>;
}

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function placeOf(t: TestContext): Place {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-cli-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return { folder };
}

/** The entry of a tiny server, as YAML. */
export function tiny(greeting = '', rest = ''): string {
  return `{ command: ${JSON.stringify(process.execPath)}, args: [${JSON.stringify(TINY)}, "${greeting}"] ${rest} }`;
}

/** A module that is the tiny server, to be put into any folder. */
export function tinyModule(): string {
  return `await import(${JSON.stringify(pathToFileURL(TINY).href)});`;
}

export function write(place: Place, text: string, name = 'sluice.yaml'): string {
  const file = join(place.folder, name);
  writeFileSync(file, text);
  return file;
}

export class Program {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Outcome>;
  #stdout = '';
  #stderr = '';

  constructor(place: Place, args: readonly string[]) {
    this.child = spawn(process.execPath, [MAIN, ...args], {
      cwd: place.folder,
      env: {
        PATH: process.env.PATH,
        HOME: place.folder,
        ...FROM_CI,
        ...place.env,
      },
    });
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    const tooLong = setTimeout(() => this.child.kill('SIGKILL'), PATIENCE_MS);
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code) => {
        clearTimeout(tooLong);
        resolve({ code, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  get stdout() {
    return this.#stdout;
  }

  get stderr() {
    return this.#stderr;
  }

  /** Waits until a stream shows `pattern`. */
  async shows(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray> {
    const source = this.child[stream];
    return await new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(this[stream]);
        if (found === null) return;
        source.off('data', look);
        resolve(found);
      };
      source.on('data', look);
      this.ended.then(({ code, stderr }) => reject(new Error(`ended with ${code}: ${stderr}`)));
      look();
    });
  }
}

export function run(place: Place, ...args: string[]): Promise<Outcome> {
  return new Program(place, args).ended;
}

/** The modules that a command loads until it ends; those of Node.js and CommonJS modules of others are not among them. */
export async function loaded(place: Place, ...args: string[]): Promise<string[]> {
  const list = join(place.folder, 'loaded.txt');
  writeFileSync(list, '');
  const watch = fileURLToPath(new URL('./loads.js', import.meta.url));
  const options = `${FROM_CI.NODE_OPTIONS ?? ''} --import ${pathToFileURL(watch).href}`;
  await run({ ...place, env: { ...place.env, NODE_OPTIONS: options, LOADED: list } }, ...args);
  return readFileSync(list, 'utf8').split('\n').filter(Boolean);
}

/** A gateway that runs until the test ends, and its endpoint. */
export async function gateway(
  t: TestContext,
  place: Place,
  config: string,
  ...args: string[]
): Promise<{ program: Program; url: string; file: string }> {
  const file = write(place, config);
  const program = new Program(place, ['start', ...args]);
  t.after(async () => {
    program.child.kill('SIGKILL');
    await program.ended;
  });
  const [, url] = await program.shows('stdout', /^listening on (http:\S+\/mcp)\n/);
  assert.ok(url);
  return { program, url, file };
}
