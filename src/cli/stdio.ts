/**
 * `sluice stdio`: the gateway as a stdio server, for clients that start their servers themselves.
 *
 * stdout belongs to the protocol from the first byte; everything else goes to stderr. Ends with its input.
 */

import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { ANONYMOUS, type Caller } from '../model.ts';
import { StopWatch } from '../policy/policy.ts';
import { createLog, Telemetry } from '../telemetry/telemetry.ts';
import { EXIT, type Exit } from './exit.ts';
import { CONFIG_OPTION } from './file.ts';
import { load, sayFaults } from './load.ts';
import { openRecorders } from './recorders.ts';
import { logWarnings, Reloading, sayPacks } from './reload.ts';
import { sayReport } from './report.ts';
import type { Terminal } from './terminal.ts';

const EXAMPLE = `
Example, in a client's configuration:
  { "mcpServers": { "sluice": { "command": "sluice", "args": ["stdio", "-c", "/home/me/sluice.yaml"] } } }`;

interface Options {
  readonly config: string;
  readonly route?: string;
}

export function stdioCommand(program: Command, terminal: Terminal, done: (exit: Exit) => void) {
  program
    .command('stdio')
    .option(...CONFIG_OPTION)
    .option('--route <route>', 'NAME for one server, v/NAME for a virtual one; default: all')
    .addHelpText('after', EXAMPLE)
    .action(async (options: Options) => {
      done(await stdio(terminal, options));
    });
}

async function stdio(terminal: Terminal, options: Options): Promise<Exit> {
  const loaded = load(terminal, options.config);
  if (!loaded.ok) {
    sayFaults(terminal, loaded.faults);
    return EXIT.usage;
  }
  const { listen } = loaded.config;
  const log = createLog(loaded.config.telemetry);
  logWarnings(terminal, loaded, log);
  sayPacks([], loaded.config.inspect.rulePacks, log);
  const [{ Gateway }, { serveStdio }] = await Promise.all([
    import('../gateway/gateway.ts'),
    import('../edge/edge.ts'),
  ]);
  const audited = await openRecorders(loaded.config, log, terminal);
  if (audited === undefined) return EXIT.unavailable;
  const telemetry = new Telemetry(loaded.config.telemetry, log);
  const recorders = [...telemetry.recorders, ...audited];
  const gateway = new Gateway(loaded.config, log, terminal.around.env, recorders);
  telemetry.collect((put) => gateway.collect(put));
  for (const one of audited) telemetry.collect((put) => one.collect?.(put));
  try {
    gateway.open();
  } catch (error) {
    terminal.err(
      `The gateway cannot keep its state (state.dir says where): ${(error as Error).message}`,
    );
    await gateway.close(0);
    return EXIT.unavailable;
  }
  const stops = new StopWatch(loaded.config.state.dir, (list) => gateway.stop(list));
  void gateway.start();
  const caller = callerOf(loaded.config.auth.stdio);
  const route = gateway.route(options.route ?? '', caller);
  if (route === undefined) {
    terminal.err(`There is no route "${options.route}" in this configuration.`);
    await gateway.close(0);
    return EXIT.usage;
  }
  const reloading = new Reloading(terminal, options.config, true);
  reloading.begin(loaded, { gateway, log });
  // There is nowhere to ask for metrics; the report has them.
  terminal.around.onSignal('SIGUSR2', () => {
    const { hash } = reloading.loaded ?? loaded;
    const about = { front: 'stdio', config: hash, ...gateway.readiness() };
    void sayReport(terminal, telemetry, about);
  });
  terminal.around.optimise();
  const conversation = serveStdio(gateway, {
    input: terminal.around.stdin,
    output: terminal.around.stdout,
    // A reload makes new routes; a conversation goes on with the one of today.
    get route() {
      return gateway.route(options.route ?? '', caller) ?? route;
    },
    caller,
    lineBytesMax: listen.bodyBytesMax,
    depthMax: listen.depthMax,
    outputBytesMax: listen.streamBufferBytesMax,
    drainMs: listen.drainMs,
  });
  await Promise.race([conversation, untilSignal(terminal)]);
  stops.close();
  reloading.close();
  await gateway.close(listen.drainMs);
  await telemetry.close();
  return EXIT.ok;
}

/** Whoever starts this program can read its file; asking who they are would protect nothing. */
function callerOf(stdio: Config['auth']['stdio']): Caller {
  return stdio === undefined ? ANONYMOUS : { ...ANONYMOUS, ...stdio, by: 'stdio' };
}

function untilSignal(terminal: Terminal): Promise<void> {
  return new Promise((resolve) => {
    let count = 0;
    const take = (code: number) => () => {
      count++;
      if (count === 1) resolve();
      else terminal.around.exit(code);
    };
    terminal.around.onSignal('SIGTERM', take(143));
    terminal.around.onSignal('SIGINT', take(130));
  });
}
