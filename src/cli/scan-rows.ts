/**
 * `sluice scan --jsonl`: rows in, verdicts out, in the same order.
 *
 * Memory is that of one row and its neighbours in the same chunk, however long the input.
 */

import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Direction, Inspection, Outcome } from '../inspect/inspect.ts';
import { jsonOf } from '../lib/json.ts';
import { LineFramer } from '../protocol/framing.ts';
import { EXIT, type Exit } from './exit.ts';
import { absolute } from './file.ts';
import type { Terminal } from './terminal.ts';

const ROW_BYTES_MAX = 64 * 1024 * 1024;

/** One row, as far as it counts here. */
interface Row {
  readonly id?: unknown;
  readonly direction?: unknown;
  readonly text?: unknown;
  readonly tool?: unknown;
}

/** What is inspected of a row. */
interface Piece {
  readonly direction: Direction;
  readonly tool: string;
  readonly bytes: Buffer;
}

export async function scanRows(
  terminal: Terminal,
  inspection: Inspection,
  files: readonly string[],
): Promise<Exit> {
  const found = { flagged: false, broken: false };
  for (const file of files.length === 0 ? ['-'] : files) {
    try {
      for await (const line of lines(inputOf(terminal, file))) {
        const verdict = await verdictOn(inspection, line);
        found.flagged ||= verdict.flag === true;
        found.broken ||= verdict.error !== undefined;
        await write(terminal, verdict);
      }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      terminal.err(`${file} cannot be read (${code ?? message}).`);
      return EXIT.unavailable;
    }
  }
  if (found.broken) return EXIT.usage;
  return found.flagged ? EXIT.wrong : EXIT.ok;
}

export function inputOf(terminal: Terminal, file: string): Readable {
  if (file === '-') return terminal.around.stdin;
  const plain = createReadStream(absolute(terminal, file));
  if (!file.endsWith('.gz')) return plain;
  const unpacked = createGunzip();
  plain.on('error', (error) => unpacked.destroy(error));
  return plain.pipe(unpacked);
}

async function* lines(input: Readable): AsyncGenerator<Buffer> {
  const ready: Buffer[] = [];
  const framer = new LineFramer(ROW_BYTES_MAX, () => ready.push(Buffer.from('too long')));
  for await (const chunk of input) {
    framer.push(chunk as Buffer, (line) => ready.push(line));
    yield* ready.splice(0);
  }
  framer.push(Buffer.from('\n'), (line) => ready.push(line));
  yield* ready;
}

/** Waits where the reader of our output is slower than we are. */
async function write(terminal: Terminal, verdict: object): Promise<void> {
  const { stdout } = terminal.around;
  if (stdout.write(`${JSON.stringify(verdict)}\n`)) return;
  await new Promise((resolve) => stdout.once('drain', resolve));
}

async function verdictOn(
  inspection: Inspection,
  line: Buffer,
): Promise<Readonly<Record<string, unknown>>> {
  const row = jsonOf(line.utf8Slice()) as Row | undefined;
  const piece = row === undefined ? undefined : pieceOf(row);
  if (row === undefined || piece === undefined) {
    const error = 'not a row: {"id","direction","text"|"tool"}';
    return {
      id: row?.id ?? null,
      flag: false,
      action: 'pass',
      class: null,
      rules: [],
      us: 0,
      error,
    };
  }
  const { direction, tool, bytes } = piece;
  const definition = direction === 'definition' ? bytes : null;
  const start = performance.now();
  const inspecting = reads(inspection, direction)
    ? inspection.inspect(bytes, 0, bytes.length, { direction, server: '', tool, definition })
    : undefined;
  // A promise is waited for only where there is one: its tick is not the inspection's time.
  const outcome = inspecting instanceof Promise ? await inspecting : inspecting;
  const us = Math.round((performance.now() - start) * 10_000) / 10;
  return { id: row.id ?? null, ...told(outcome), us };
}

export function reads(inspection: Inspection, direction: Direction): boolean {
  if (direction === 'request') return inspection.readsRequests;
  return direction === 'response' ? inspection.readsResponses : inspection.readsDefinitions;
}

function told(outcome: Outcome | undefined): Readonly<Record<string, unknown>> {
  if (outcome === undefined) return { flag: false, action: 'pass', class: null, rules: [] };
  const findings = outcome.verdict?.findings ?? [];
  const action =
    outcome.kind === 'refused' ? 'block' : outcome.kind === 'rewritten' ? 'redact' : 'flag';
  return {
    flag: action !== 'flag',
    action,
    class: findings[0]?.class ?? 'not_inspected',
    rules: [...new Set(findings.map(({ rule }) => rule))],
  };
}

function pieceOf({ direction, text, tool }: Row): Piece | undefined {
  if (typeof tool === 'object' && tool !== null) {
    const { name } = tool as { name?: unknown };
    const bytes = Buffer.from(JSON.stringify(tool));
    return { direction: 'definition', tool: typeof name === 'string' ? name : '', bytes };
  }
  if (typeof text !== 'string') return undefined;
  if (direction === 'response') {
    return { direction, tool: '', bytes: Buffer.from(JSON.stringify(text)) };
  }
  if (direction !== 'request') return undefined;
  const call = jsonOf(text) as { name?: unknown; arguments?: unknown } | undefined;
  if (typeof call !== 'object' || call === null) return undefined;
  const bytes = Buffer.from(JSON.stringify(call.arguments ?? {}));
  return { direction, tool: typeof call.name === 'string' ? call.name : '', bytes };
}
