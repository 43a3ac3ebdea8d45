/**
 * What a command may know of the process around it, and how it writes for people.
 *
 * Only `main.ts` touches the process; commands get this. Text that a server made up is never written to a terminal as it
 * is: an escape sequence in a tool's description could retitle the window, hide lines or type an answer back.
 */

import type { Readable, Writable } from 'node:stream';
import { styleText } from 'node:util';
import { visibleJson } from '../lib/visible-json.ts';

export interface Surroundings {
  /** What follows the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** What `sluice` was started as, for a client's configuration: program, then arguments. */
  readonly self: readonly string[];
  onSignal(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGUSR2', handle: () => void): void;
  /** Says that what was loaded now works: until then V8 optimises nothing. May be said again. */
  optimise(): void;
  /** Ends the process at once. */
  exit(code: number): void;
}

export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red';

export class Terminal {
  readonly around: Surroundings;

  constructor(around: Surroundings) {
    this.around = around;
  }

  out(text: string): void {
    this.around.stdout.write(`${text}\n`);
  }

  err(text: string): void {
    this.around.stderr.write(`${text}\n`);
  }

  json(value: unknown): void {
    this.out(visibleJson(JSON.stringify(value, null, 2)));
  }

  get isInteractive(): boolean {
    return this.around.stderr.isTTY === true;
  }

  /** Colour where a person looks, and nowhere else (https://no-color.org). */
  paint(style: Style, text: string, stream: 'stdout' | 'stderr' = 'stdout'): string {
    const { env } = this.around;
    const isPlain = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
    return this.around[stream].isTTY === true && !isPlain
      ? styleText(style, text, { validateStream: false })
      : text;
  }

  /** A server's text, as it is into a pipe, harmless onto a terminal. `stream`: where it is written. */
  foreign(text: string, stream: 'stdout' | 'stderr' = 'stdout'): string {
    return this.around[stream].isTTY === true ? harmless(text) : text;
  }

  table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    const cells = rows.map((row) => row.map((cell) => oneLine(cell)));
    const widths = head.map((title, at) =>
      Math.max(title.length, ...cells.map((row) => row[at]?.length ?? 0)),
    );
    const line = (row: readonly string[]) =>
      row
        .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
        .join('  ')
        .trimEnd();
    this.out(this.paint('bold', line(head)));
    for (const row of cells) this.out(line(row));
  }
}

/** Without control characters besides newline and tab, and without those that turn the direction of writing. */
export function harmless(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    '\ufffd',
  );
}

/** For a table: one line, of bounded length. */
export function oneLine(text: string, lengthMax = 100): string {
  const line = harmless(text.replace(/\s+/g, ' ').trim());
  return line.length <= lengthMax ? line : `${line.slice(0, lengthMax - 1)}…`;
}
