/**
 * What a command line says, as a plan and its gates. Every fault is words; nothing is dialled here.
 */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Gate, parseGate } from './gate.ts';
import type { Plan, PlanEra, Step } from './plan.ts';
import { type Report, readReport } from './report-file.ts';
import { readScenario } from './scenario.ts';
import { parseBytes, parseMs, parseNumber, parseRate } from './units.ts';

/** As the command line has them: text. */
export interface LoadOptions {
  readonly era: string;
  readonly connections: string;
  readonly sessions: string;
  readonly warmup: string;
  readonly duration: string;
  readonly timeout: string;
  readonly clients: string;
  readonly rate?: string;
  readonly tool?: string;
  readonly method?: string;
  readonly args?: string;
  readonly size?: string;
  readonly scenario?: string;
  readonly token: readonly string[];
  readonly tokenFile: readonly string[];
  readonly header: readonly string[];
  readonly pid?: string;
  readonly gate: readonly string[];
  readonly knee?: string;
  readonly compare?: string;
}

export interface Order {
  /** Without a mix where a tool is still to be picked. */
  readonly plan: Plan;
  readonly clients: number;
  /** Pads the tool that is picked. */
  readonly size: number | undefined;
  readonly gates: readonly { readonly gate: Gate; readonly baseline?: Report }[];
  readonly knee: Gate | undefined;
  readonly other: Report | undefined;
}

class Fault extends Error {}

/** Reads the options, with files relative to `cwd`. Returns words where something is wrong with them. */
export function readOptions(url: string, options: LoadOptions, cwd: string): Order | string {
  const at = (file: string) => resolve(cwd, file);
  const { scenario, compare, tokenFile } = options;
  try {
    return orderOf(
      url,
      {
        ...options,
        tokenFile: tokenFile.map(at),
        ...(scenario === undefined ? {} : { scenario: at(scenario) }),
        ...(compare === undefined ? {} : { compare: at(compare) }),
      },
      at,
    );
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

function orderOf(url: string, options: LoadOptions, at: (file: string) => string): Order {
  const size = options.size === undefined ? undefined : need('--size', parseBytes(options.size));
  const tokens = tokensOf(options);
  const gates = options.gate.map((text) => {
    const gate = gateOf('--gate', text);
    return gate.baseline === undefined ? { gate } : { gate, baseline: reportAt(at(gate.baseline)) };
  });
  const knee = options.knee === undefined ? undefined : gateOf('--knee', options.knee);
  if (knee?.baseline !== undefined) throw new Fault('--knee takes a limit of its own, as p99<2ms.');
  return {
    plan: {
      url,
      era: oneOf('--era', options.era, ['auto', 'modern', 'legacy']) as PlanEra,
      sessions: oneOf('--sessions', options.sessions, ['connection', 'shared']),
      connections: need('--connections', parseNumber(options.connections)),
      warmupMs: need('--warmup', parseMs(options.warmup)),
      durationMs: need('--duration', parseMs(options.duration)),
      timeoutMs: need('--timeout', parseMs(options.timeout)),
      mix: mixOf(options, size),
      ...(options.rate === undefined ? {} : { rate: need('--rate', parseRate(options.rate)) }),
      ...(tokens.length === 0 ? {} : { token: tokens }),
      headers: Object.fromEntries(options.header.map(headerOf)),
      ...(options.pid === undefined ? {} : { pids: options.pid.split(',').map(pidOf) }),
    },
    clients: need('--clients', parseNumber(options.clients)),
    size,
    gates,
    knee,
    other: options.compare === undefined ? undefined : reportAt(options.compare),
  };
}

function mixOf(options: LoadOptions, size: number | undefined): Step[] {
  const { tool, method, scenario } = options;
  const named = [tool, method, scenario].filter((one) => one !== undefined);
  if (named.length > 1)
    throw new Fault('Only one of --tool, --method and --scenario can be given.');
  if (scenario !== undefined) {
    if (options.args !== undefined || size !== undefined) {
      throw new Fault('With --scenario, arguments and sizes stand in the file.');
    }
    const read = readScenario(scenario);
    if (!read.ok) throw new Fault(read.words);
    return [...read.mix];
  }
  const args = options.args === undefined ? {} : objectOf(options.args);
  const padding = size === undefined ? {} : { size };
  if (tool !== undefined) return [{ tool, args, ...padding }];
  if (method !== undefined) return [{ method, params: args, ...padding }];
  if (options.args !== undefined) throw new Fault('--args goes with --tool or --method.');
  return [];
}

function objectOf(json: string): Record<string, unknown> {
  try {
    const value = JSON.parse(json) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {}
  throw new Fault('--args must be a JSON object, such as \'{"message":"hello"}\'.');
}

function tokensOf({ token, tokenFile }: LoadOptions): string[] {
  const read = tokenFile.flatMap((file) => textOf(file).split(/\r?\n/));
  return [...token, ...read].map((one) => one.trim()).filter((one) => one !== '');
}

function headerOf(text: string): [string, string] {
  const colon = text.indexOf(':');
  if (colon < 1) throw new Fault(`"${text}" is not a header; write "name: value".`);
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
}

function pidOf(text: string): number {
  const pid = Number(text);
  if (!Number.isInteger(pid) || pid < 1) throw new Fault('--pid takes process ids, with commas.');
  return pid;
}

function gateOf(option: string, text: string): Gate {
  const gate = parseGate(text);
  if (gate !== undefined) return gate;
  const examples = 'p99<2ms, errors=0, errors<0.1%, rps>1000, p99<1.2x:baseline.json';
  throw new Fault(`${option} "${text}" is not understood. Examples: ${examples}.`);
}

function reportAt(file: string): Report {
  const report = readReport(textOf(file));
  if (report === undefined) throw new Fault(`${file} is not a report of sluice bench --json.`);
  return report;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Fault(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

function oneOf<T extends string>(option: string, text: string, values: readonly T[]): T {
  const found = values.find((value) => value === text);
  if (found === undefined) throw new Fault(`${option} must be one of ${values.join(', ')}.`);
  return found;
}

function need(option: string, value: number | undefined): number {
  if (value === undefined)
    throw new Fault(`${option} must be a quantity with its unit, such as 500ms, 5s, 2k or 5000/s.`);
  return value;
}
