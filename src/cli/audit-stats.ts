/**
 * `sluice audit stats`: who called what how often, and what it costs.
 */

import { csvCell, DIMENSIONS, type Dimension, OTHERS, type Price, Sums } from '../audit/audit.ts';
import { folderOf } from './audit.ts';
import { answers, type QuestionOptions, questionOf } from './audit-query.ts';
import { EXIT, type Exit } from './exit.ts';
import type { Terminal } from './terminal.ts';

interface StatsOptions extends QuestionOptions {
  readonly by: string;
  readonly price?: readonly string[];
  readonly csv?: boolean;
}

const PRICE = /^([^=]{1,200})=(\d+(?:\.\d+)?)(?:\/(\d+(?:\.\d+)?))?$/;

export async function stats(
  terminal: Terminal,
  conditions: readonly string[],
  options: StatsOptions,
): Promise<Exit> {
  const question = questionOf(terminal, conditions, options);
  const by = options.by.split(',');
  const unknown = by.find((one) => !Object.hasOwn(DIMENSIONS, one));
  const prices = (options.price ?? []).map((text) => PRICE.exec(text));
  if (unknown !== undefined || prices.includes(null)) {
    terminal.err(
      unknown === undefined
        ? '--price is PATTERN=CALL or PATTERN=CALL/MILLION, such as "search.*=0.002/3".'
        : `--by does not know "${unknown}"; it knows ${Object.keys(DIMENSIONS).join(', ')}.`,
    );
    return EXIT.usage;
  }
  const dir = question === undefined ? undefined : folderOf(terminal, options);
  if (question === undefined || dir === undefined) return EXIT.usage;
  const sums = new Sums(
    by as Dimension[],
    prices.map((match) => priceOf(match!)),
  );
  for await (const { record } of answers(terminal, dir, question)) sums.add(record);
  const rows = sums.all().map((sum) => {
    const { by: values, us, cost, ...counts } = sum;
    const names = Object.fromEntries(by.map((name, at) => [name, values[at]!]));
    const meanMs = Math.round(us / sum.calls / 10) / 100;
    return { ...names, ...counts, meanMs, cost: Math.round(cost * 1e6) / 1e6 };
  });
  if (options.json) terminal.json(rows);
  else sayRows(terminal, rows, by, options.csv === true);
  if (sums.otherCalls > 0) {
    terminal.err(
      `There are too many groups: ${sums.otherCalls} calls of others than these ${rows.length - 1} are one row, "${OTHERS}".`,
    );
  }
  return EXIT.ok;
}

function priceOf([, pattern, perCall, perMillion]: RegExpExecArray): Price {
  return { pattern: pattern!, perCall: Number(perCall), perMillion: Number(perMillion ?? 0) };
}

type Row = Readonly<Record<string, string | number>>;

const COLUMNS = [
  'calls',
  'ok',
  'toolErrors',
  'refused',
  'failed',
  'cancelled',
  'cached',
  'bytesIn',
  'bytesOut',
  'tokens',
  'meanMs',
  'cost',
] as const;

function sayRows(
  terminal: Terminal,
  rows: readonly Row[],
  by: readonly string[],
  isCsv: boolean,
): void {
  const columns = [...by, ...COLUMNS];
  const cells = rows.map((row) => columns.map((column) => String(row[column] ?? '')));
  if (!isCsv) {
    terminal.table(
      columns.map((column) => column.toUpperCase()),
      cells,
    );
    return;
  }
  terminal.out(columns.join(','));
  for (const row of cells) terminal.out(row.map(csvCell).join(','));
}
