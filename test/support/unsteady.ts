/** The fixture `unsteady` as servers of every kind, and what its file says of what ran. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type StartedProcess, startProcess } from './spawn.ts';
import { compiled, temporaryFolder } from './temp.ts';

type Json = Record<string, unknown>;

const PROGRAM = compiled('test/support/fixtures/unsteady.js');

/** Every pairing of era and transport. */
export const KINDS = ['legacy-stdio', 'legacy-http', 'modern-stdio', 'modern-http'] as const;
export type Kind = (typeof KINDS)[number] | 'legacy-sse';

export class Unsteady {
  readonly kind: Kind;
  readonly file: string;
  #process: StartedProcess | null = null;

  private constructor(kind: Kind) {
    this.kind = kind;
    this.file = join(temporaryFolder('unsteady'), 'runs');
  }

  static async start(kind: Kind): Promise<Unsteady> {
    const made = new Unsteady(kind);
    const [era, mode] = kind.split('-') as [string, string];
    if (mode !== 'stdio') {
      const args = [PROGRAM, era, mode, made.file];
      made.#process = await startProcess(process.execPath, args, { readyLine: /^ready (\S+)/ });
    }
    return made;
  }

  /** As a server of the configuration. */
  entry(more: Json = {}): Json {
    const [era = '', transport] = this.kind.split('-');
    if (this.#process !== null) return { url: this.#process.ready, transport, ...more };
    return { command: process.execPath, args: [PROGRAM, era, 'stdio', this.file], ...more };
  }

  #lines(start: string): string[] {
    if (!existsSync(this.file)) return [];
    return readFileSync(this.file, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith(start));
  }

  /** The processes in which calls with this key ran, one for each time. */
  runs(key: string): string[] {
    return this.#lines(`run ${key} `).map((line) => line.split(' ')[2] ?? '');
  }

  cancelled(key: string): number {
    return this.#lines(`cancelled ${key}`).length;
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
  }
}
