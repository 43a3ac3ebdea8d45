/**
 * `sluice bench`: measures any MCP endpoint over HTTP, and says with its exit code whether limits were kept.
 *
 * The generator lives in bench/load and runs in processes of its own; this file turns options into a plan and a report
 * into text. It is loaded only when it is used: the gateway needs none of it.
 */

import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type {
  Difference,
  Judged,
  Knee,
  LoadOptions,
  Order,
  Plan,
  Report,
} from '../../bench/load/load.ts';
import { EXIT, type Exit } from './exit.ts';
import { absolute } from './file.ts';
import { harmless, type Terminal } from './terminal.ts';

interface Options extends LoadOptions {
  readonly cpus?: string;
  readonly json?: boolean;
  readonly hgrm?: string;
  readonly html?: string;
}

type Load = typeof import('../../bench/load/load.ts');

interface Found {
  readonly report: Report;
  readonly gates: readonly Judged[];
  readonly comparison: readonly Difference[] | undefined;
  readonly knee: Knee | undefined;
}

const EXAMPLE = `
Quantities have units: 500ms, 5s, 1m; 2k, 1m; 5000/s.
Gates: mean p50 p90 p99 p99.9 max (times), errors (a count, or N%), calls, rps, and with --pid cpu (per call) and rss;
against a kept report: p99<1.2x:baseline.json.

Examples:
  $ sluice bench http://127.0.0.1:7332/mcp --duration 10s
  $ sluice bench http://127.0.0.1:7332/mcp --tool echo --args '{"message":""}' --size 2k --rate 2000 --gate 'p99<2ms'
  $ sluice bench https://example.com/mcp --token-file token.txt --method tools/list --knee 'p99<50ms'`;

const list = (value: string, before: string[] = []) => [...before, value];
/** Not as defaults of the options, which the help would print. */
const NONE = { token: [], tokenFile: [], header: [], gate: [] };

export function benchCommand(program: Command, terminal: Terminal, done: (exit: Exit) => void) {
  program
    .command('bench')
    .argument('<url>', 'the endpoint, of whatever gateway or server')
    .option('--connections <count>', 'callers; with --rate: how many connections at most', '16')
    .option(
      '--rate <calls>',
      'calls per second on a fixed schedule; default: as fast as answers come',
    )
    .option('--clients <count>', 'generator processes, which share connections and rate', '1')
    .option('--warmup <time>', 'before the measurement', '1s')
    .option('--duration <time>', 'of the measurement', '5s')
    .option('--timeout <time>', 'for one call', '10s')
    .option('--tool <name>', 'the tool to call; default: one that says that it is harmless')
    .option('--args <json>', "the tool's arguments, or the method's parameters")
    .option('--method <name>', 'another method: tools/list, resources/read, ping, discover ...')
    .option('--size <bytes>', 'of the whole message: its first string argument is padded')
    .option(
      '--scenario <file>',
      'a mix of calls, YAML or JSON: a list of {tool|method,args,size,weight}',
    )
    .option('--era <era>', 'modern, legacy or auto', 'auto')
    .option('--sessions <which>', 'legacy: one for each "connection", or "shared"', 'connection')
    .option('--token <token>', 'bearer token; several take turns', list)
    .option('--token-file <file>', 'bearer tokens, one on each line', list)
    .option('--header <header>', 'one more header, "name: value"', list)
    .option('--pid <pids>', 'processes whose CPU time and memory are reported')
    .option('--cpus <list>', 'pin the generator to these CPUs (taskset)')
    .option('--knee <gate>', 'raise the rate until this breaks, and report the highest that holds')
    .option('--gate <gate>', 'a limit; exit 1 unless all hold', list)
    .option('--compare <file>', 'a report of --json: how this run differs from it')
    .option('--json', 'print the report as JSON')
    .option('--hgrm <file>', 'write the distribution for HdrHistogram plotters')
    .option('--html <file>', 'write a page with drawings')
    .addHelpText('after', EXAMPLE)
    .action(async (url: string, options: Options) => {
      done(await bench(terminal, url, { ...NONE, ...options }));
    });
}

async function bench(terminal: Terminal, url: string, options: Options): Promise<Exit> {
  const load = await import('../../bench/load/load.ts');
  const order = load.readOptions(url, options, terminal.around.cwd);
  if (typeof order === 'string') return refuse(terminal, order);
  const stop = new AbortController();
  let signals = 0;
  terminal.around.onSignal('SIGINT', () => {
    if (signals++ > 0) terminal.around.exit(130);
    stop.abort();
  });
  try {
    const found = await measure(load, terminal, order, options, stop.signal);
    return found === undefined ? EXIT.usage : tell(load, terminal, found, options);
  } catch (error) {
    if (!(error instanceof load.LoadError)) throw error;
    terminal.err(harmless(error.message));
    return error.fault === 'plan' ? EXIT.usage : EXIT.unavailable;
  }
}

/** undefined after what is wrong was said. */
async function measure(
  load: Load,
  terminal: Terminal,
  order: Order,
  { cpus }: Options,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const trial = { ...order.plan, mix: order.plan.mix.length > 0 ? order.plan.mix : [PLACEHOLDER] };
  const fault = load.planFault(trial);
  if (fault !== undefined) {
    refuse(terminal, fault);
    return undefined;
  }
  const plan = await withTool(load, terminal, order);
  const { clients, knee: limit, gates, other } = order;
  const pinning = cpus === undefined ? {} : { cpus };
  const onProgress = terminal.isInteractive ? progress(terminal, plan) : undefined;
  const shown = onProgress === undefined ? {} : { onProgress };
  const run = (rated: Plan) =>
    load.runLoadProcess(rated, { clients, signal, ...pinning, ...shown });
  const { report, knee } =
    limit === undefined
      ? { report: await run(plan), knee: undefined }
      : await load.findKnee(
          limit,
          plan.rate,
          (rate) => run({ ...plan, rate }),
          () => signal.aborted,
        );
  if (onProgress !== undefined) terminal.around.stderr.write('\r\u001b[K');
  return {
    report,
    knee,
    gates: gates.map(({ gate, baseline }) => load.judgeGate(gate, report, baseline)),
    comparison: other === undefined ? undefined : load.compare(report, other),
  };
}

const PLACEHOLDER = { method: 'ping' };

async function withTool(load: Load, terminal: Terminal, { plan, size }: Order): Promise<Plan> {
  if (plan.mix.length > 0) return plan;
  const { step, era, tools } = await load.pickTool(plan);
  terminal.err(`Calling ${harmless(step.tool ?? '')}, of ${tools} tools; choose with --tool.`);
  return { ...plan, era, mix: [size === undefined ? step : { ...step, size }] };
}

function progress(terminal: Terminal, { warmupMs, durationMs }: Plan) {
  const started = Date.now();
  return (calls: number, errors: number) => {
    const seconds = ((Date.now() - started) / 1000).toFixed(0);
    const all = ((warmupMs + durationMs) / 1000).toFixed(0);
    terminal.around.stderr.write(
      `\r\u001b[K${seconds} of ${all} s: ${calls} calls, ${errors} errors`,
    );
  };
}

function tell(load: Load, terminal: Terminal, found: Found, options: Options): Exit {
  const { report, gates, comparison, knee } = found;
  const files: [string | undefined, () => string][] = [
    [options.hgrm, () => load.hgrmOf(report)],
    [options.html, () => load.pageOf(report, gates)],
  ];
  for (const [file, content] of files) {
    if (file === undefined) continue;
    try {
      writeFileSync(absolute(terminal, file), content());
    } catch (error) {
      return refuse(
        terminal,
        `${file} cannot be written (${(error as NodeJS.ErrnoException).code}).`,
      );
    }
  }
  if (options.json) {
    const extra = { ...(knee ? { knee } : {}), ...(comparison ? { comparison } : {}) };
    terminal.json({ ...report, ...(gates.length > 0 ? { gates } : {}), ...extra });
  } else {
    const differences = comparison === undefined ? [] : load.differenceLines(comparison);
    const lines = [...load.linesOf(report), ...(knee ? load.kneeLines(knee) : []), ...differences];
    for (const line of lines) terminal.out(harmless(line));
  }
  // With --json the gates are in the JSON; whoever reads the log wants to see them too.
  for (const { ok, words } of gates) {
    const verdict = ok ? terminal.paint('green', 'held  ') : terminal.paint('red', 'broken');
    if (options.json) terminal.err(`${ok ? 'held  ' : 'broken'} ${words}`);
    else terminal.out(`${verdict} ${words}`);
  }
  return gates.every(({ ok }) => ok) && isAlive(report) && knee?.rate !== 0 ? EXIT.ok : EXIT.wrong;
}

/** A run in which nothing went well found something wrong, gates or no gates. */
function isAlive({ calls, errors }: Report): boolean {
  const bad = Object.values(errors).reduce((sum, count) => sum + count, 0);
  return calls === 0 || bad < calls;
}

function refuse(terminal: Terminal, words: string): Exit {
  terminal.err(harmless(words));
  return EXIT.usage;
}
