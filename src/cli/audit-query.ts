/**
 * `sluice audit query`, `tail` and `export`: records for people, for scripts, and for other programs.
 */

import { once } from 'node:events';
import {
  type AuditRecord,
  conditionOf,
  type Format,
  type Found,
  fieldOf,
  formatted,
  header,
  isAsked,
  type Question,
  query,
  queryNewest,
  recordOf,
  tail,
} from '../audit/audit.ts';
import { type FolderOptions, folderOf, TIME_WORDS, timeOf } from './audit.ts';
import { EXIT, type Exit } from './exit.ts';
import { oneLine, type Terminal } from './terminal.ts';

export interface QuestionOptions extends FolderOptions {
  readonly from?: string;
  readonly to?: string;
  readonly text?: string;
}

/** Undefined, and said, where it cannot be understood. */
export function questionOf(
  terminal: Terminal,
  given: readonly string[],
  options: QuestionOptions,
): Question | undefined {
  const conditions = given.map(conditionOf);
  const wrong = given[conditions.indexOf(undefined)];
  if (wrong !== undefined) {
    terminal.err(
      `"${wrong}" is no condition: write FIELD=VALUE, FIELD!=VALUE, FIELD>VALUE or FIELD<VALUE.`,
    );
    return undefined;
  }
  const from = timeOf(options.from, false);
  const to = timeOf(options.to, true);
  if (from === undefined || to === undefined) {
    terminal.err(TIME_WORDS);
    return undefined;
  }
  return {
    from,
    to,
    text: options.text ?? '',
    conditions: conditions.filter((one) => one !== undefined),
  };
}

/** What a question finds; at its end is said, if so, that not all of the log could be asked. */
export async function* answers(
  terminal: Terminal,
  dir: string,
  question: Question,
  newest?: number,
): AsyncGenerator<Found> {
  let missed = 0;
  const miss = () => {
    missed += 1;
  };
  if (newest === undefined) yield* query(dir, question, miss);
  else yield* await queryNewest(dir, question, newest, miss);
  if (missed > 0) {
    terminal.err(
      `${missed} lines of the log are no records, or ends of its files cannot be read: "sluice audit verify" names the first.`,
    );
  }
}

export async function queried(
  terminal: Terminal,
  conditions: readonly string[],
  options: QuestionOptions & { readonly limit: string; readonly all?: boolean },
): Promise<Exit> {
  const question = questionOf(terminal, conditions, options);
  const dir = question === undefined ? undefined : folderOf(terminal, options);
  if (question === undefined || dir === undefined) return EXIT.usage;
  let count = 0;
  const printer = new Printer(terminal);
  const newest = options.all === true ? undefined : countOf(options);
  for await (const { record, line } of answers(terminal, dir, question, newest)) {
    count += 1;
    if (printer.isOver) break;
    await printer.say(options.json === true ? line.utf8Slice() : forPeople(record));
  }
  return count > 0 ? EXIT.ok : EXIT.wrong;
}

export async function follow(
  terminal: Terminal,
  conditions: readonly string[],
  options: QuestionOptions & { readonly limit: string; readonly follow?: boolean },
): Promise<Exit> {
  const question = questionOf(terminal, conditions, options);
  const dir = question === undefined ? undefined : folderOf(terminal, options);
  if (question === undefined || dir === undefined) return EXIT.usage;
  const over = new AbortController();
  // Before the newest are read: what comes meanwhile is not missed.
  const coming = options.follow === true ? tail(dir, over.signal) : undefined;
  let seen = 0;
  const printer = new Printer(terminal);
  const print = (record: AuditRecord, line: Buffer) =>
    printer.say(options.json === true ? line.utf8Slice() : forPeople(record));
  for await (const { record, line } of answers(terminal, dir, question, countOf(options))) {
    seen = Number(record.seq);
    await print(record, line);
  }
  if (coming === undefined) return EXIT.ok;
  terminal.around.onSignal('SIGINT', () => over.abort());
  terminal.around.onSignal('SIGTERM', () => over.abort());
  for await (const line of coming) {
    if (over.signal.aborted || printer.isOver) break;
    const record = recordOf(line);
    if (record === null || Number(record.seq) <= seen) continue;
    if (isAsked(line, question)) await print(record, line);
  }
  return EXIT.ok;
}

export async function exported(
  terminal: Terminal,
  conditions: readonly string[],
  options: QuestionOptions & { readonly format: Format },
): Promise<Exit> {
  const question = questionOf(terminal, conditions, options);
  const dir = question === undefined ? undefined : folderOf(terminal, options);
  if (question === undefined || dir === undefined) return EXIT.usage;
  const head = header(options.format);
  const printer = new Printer(terminal);
  if (head !== undefined) await printer.say(head);
  for await (const { record, line } of answers(terminal, dir, question)) {
    if (printer.isOver) break;
    await printer.say(formatted(options.format, record, line.utf8Slice()));
  }
  return EXIT.ok;
}

/** One line after the other, as fast as they are read: a log is larger than memory. Ends where nobody reads any more. */
class Printer {
  readonly #terminal: Terminal;
  isOver = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    terminal.around.stdout.on('error', () => {
      this.isOver = true;
    });
  }

  async say(text: string): Promise<void> {
    const { stdout } = this.#terminal.around;
    if (!stdout.write(`${this.#terminal.foreign(text)}\n`)) {
      await once(stdout, 'drain').catch(() => {
        this.isOver = true;
      });
    }
  }
}

function countOf({ limit }: { readonly limit: string }): number {
  const count = Number.parseInt(limit, 10);
  return Number.isInteger(count) && count > 0 ? Math.min(count, 1_000_000) : 100;
}

function forPeople(record: AuditRecord): string {
  const { seq, time, kind, outcome, refusal, method, server, original, action, what } = record;
  const who = fieldOf(record, 'caller.id');
  const us = fieldOf(record, 'us.total');
  const target = [server, original]
    .filter((part) => typeof part === 'string' && part !== '')
    .join('.');
  const parts = [
    seq,
    time,
    kind,
    action ?? what,
    who,
    method,
    target,
    outcome,
    refusal,
    typeof us === 'number' ? `${(us / 1000).toFixed(1)} ms` : undefined,
  ];
  const words = parts.filter((part) => part !== undefined && part !== null && part !== '');
  return oneLine(words.join('  '), 400);
}
