/**
 * `sluice start`: the gateway in the foreground, until a signal ends it.
 *
 * Order: every fault of the configuration before anything is started, and the one line on stdout when a client can
 * connect; what still starts behind the gateway is waited for by the requests that need it. A reload that fails
 * changes nothing; the old configuration serves on.
 */

import type { Command } from 'commander';
import type { Admin } from '../admin/admin.ts';
import type { Loaded } from '../config/config.ts';
import type { Edge } from '../edge/edge.ts';
import type { Caller } from '../model.ts';
import { StopWatch } from '../policy/policy.ts';
import { createLog, type Logger, startStopwatch, Telemetry } from '../telemetry/telemetry.ts';
import { startAdminOf } from './admin-host.ts';
import { EXIT, type Exit } from './exit.ts';
import { CONFIG_OPTION } from './file.ts';
import { load, sayFaults } from './load.ts';
import { openRecorders, recentCalls } from './recorders.ts';
import { logWarnings, Reloading, sayPacks } from './reload.ts';
import { sayReport } from './report.ts';
import type { Terminal } from './terminal.ts';
import { sayWelcome } from './welcome.ts';

const EXAMPLE = `
Example:
  $ sluice start -c sluice.yaml
  listening on http://127.0.0.1:7332/mcp

SIGHUP, or a change of the file, loads it again. SIGTERM and SIGINT let calls in flight
finish (listen.drainMs); a second one ends at once, with 128 + the signal's number.`;

interface StartOptions {
  readonly config: string;
  readonly watch: boolean;
  readonly hints?: boolean;
}

export function startCommand(program: Command, terminal: Terminal, done: (exit: Exit) => void) {
  program
    .command('start')
    .option(...CONFIG_OPTION)
    .option('--no-watch', 'do not load the file again when it changes')
    .option('--hints', 'say how to connect, as at a terminal')
    .addHelpText('after', EXAMPLE)
    .action(async (options: StartOptions) => {
      done(await start(terminal, options));
    });
}

async function start(terminal: Terminal, options: StartOptions): Promise<Exit> {
  // Before the file is read: a change between reading and watching would be missed.
  const reloading = new Reloading(terminal, options.config, options.watch);
  try {
    const loaded = load(terminal, options.config);
    if (loaded.ok) return await serve(terminal, options, loaded, reloading);
    sayFaults(terminal, loaded.faults);
    return EXIT.usage;
  } finally {
    reloading.close();
  }
}

async function serve(
  terminal: Terminal,
  options: StartOptions,
  loaded: Loaded & { ok: true },
  reloading: Reloading,
): Promise<Exit> {
  const { config } = loaded;
  const log = createLog(config.telemetry);
  logWarnings(terminal, loaded, log);
  sayPacks([], config.inspect.rulePacks, log);
  const ending = untilEnded(terminal, log);
  const stopwatch = config.telemetry.stopwatch ? await startStopwatch() : undefined;

  // Loaded here: `init` and `tools` need neither the gateway nor a web server.
  const [{ Gateway }, { startEdge }, { Auth }] = await Promise.all([
    import('../gateway/gateway.ts'),
    import('../edge/edge.ts'),
    import('../auth/auth.ts'),
  ]);
  let auth: InstanceType<typeof Auth>;
  try {
    auth = new Auth(config.auth, log);
  } catch (error) {
    terminal.err(
      `The revocations cannot be used: ${(error as Error).message}. Nothing was started.`,
    );
    return EXIT.usage;
  }
  const audited = await openRecorders(config, log, terminal);
  if (audited === undefined) {
    auth.close();
    return EXIT.unavailable;
  }
  const telemetry = new Telemetry(config.telemetry, log);
  const recent = await recentCalls(config);
  const recorders = [...telemetry.recorders, ...audited, ...(recent === null ? [] : [recent])];
  const gateway = new Gateway(config, log, terminal.around.env, recorders);
  telemetry.collect((put) => gateway.collect(put));
  for (const one of audited) telemetry.collect((put) => one.collect?.(put));
  try {
    gateway.open();
  } catch (error) {
    terminal.err(
      `The gateway cannot keep its state (state.dir says where): ${(error as Error).message}`,
    );
    auth.close();
    await gateway.close(0);
    return EXIT.unavailable;
  }
  // Before anybody can call: what was stopped stays so over a restart.
  const stops = new StopWatch(config.state.dir, (list) => gateway.stop(list));
  // Not waited for: one slow server must not keep the others from their clients.
  void gateway.start();
  void auth.start();
  let edge: Edge;
  try {
    edge = await startEdge(config.listen, gateway, auth, log);
  } catch (error) {
    terminal.err(`The gateway cannot listen: ${(error as Error).message}`);
    auth.close();
    await gateway.close(0);
    return EXIT.unavailable;
  }
  telemetry.collect((put) => edge.collect(put));
  terminal.around.onSignal('SIGUSR2', () => {
    const { hash } = reloading.loaded ?? loaded;
    const about = { front: edge.front, config: hash, ...gateway.readiness() };
    void sayReport(terminal, telemetry, about, stopwatch?.());
  });
  const endCallers = (isEnded: (caller: Caller) => boolean) => {
    // Sessions first: what the edge then cuts has nothing left to answer.
    gateway.endCallers(isEnded);
    edge.endCallers(isEnded);
  };
  auth.onEnded(endCallers);
  let admin: Admin | undefined;
  try {
    const steered = {
      terminal,
      loaded,
      gateway,
      reloading,
      stops,
      log,
      endCallers,
      measured: telemetry,
      recent,
    };
    admin = await startAdminOf(steered);
  } catch (error) {
    terminal.err(`The admin API cannot listen: ${(error as Error).message}`);
    auth.close();
    await Promise.all([edge.close(0), gateway.close(0)]);
    return EXIT.unavailable;
  }
  reloading.begin(loaded, { gateway, auth, edge, admin, log });
  terminal.around.optimise();
  terminal.out(`listening on ${edge.url}`);
  if (terminal.isInteractive || options.hints === true) {
    await sayWelcome(terminal, edge.url, options.config, ending);
  }

  await ending;
  stops.close();
  reloading.close();
  auth.close();
  log.info({ drainMs: config.listen.drainMs }, 'ending; calls in flight may finish');
  await Promise.all([edge.close(config.listen.drainMs), gateway.close(config.listen.drainMs)]);
  // Last, so that one can look on.
  await admin?.close();
  await telemetry.close();
  log.info('ended');
  return EXIT.ok;
}

/** Resolves on the first signal. The second finds somebody who does not want to wait. */
function untilEnded(terminal: Terminal, log: Logger): Promise<void> {
  return new Promise((resolve) => {
    let count = 0;
    const take = (name: string, code: number) => () => {
      count++;
      log.info({ signal: name }, 'signal');
      if (count === 1) resolve();
      else terminal.around.exit(code);
    };
    terminal.around.onSignal('SIGTERM', take('SIGTERM', 143));
    terminal.around.onSignal('SIGINT', take('SIGINT', 130));
  });
}
