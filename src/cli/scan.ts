/**
 * `sluice scan`: inspects what it is given under a configuration, as the gateway would, and says what it found.
 *
 * Files or stdin as texts that a server answered, `--jsonl` as rows of a corpus, one verdict for each.
 */

import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { InspectConfig } from '../inspect/inspect.ts';
import { EXIT, type Exit } from './exit.ts';
import { absolute, DEFAULT_FILE, loadOrSay } from './load.ts';
import { scanRows } from './scan-rows.ts';
import type { Terminal } from './terminal.ts';

const EXAMPLE = `
Examples:
  $ sluice scan --jsonl rows.jsonl`;

interface ScanOptions {
  readonly config?: string;
  readonly jsonl?: boolean;
}

export function scanCommand(program: Command, terminal: Terminal, done: (exit: Exit) => void) {
  program
    .command('scan')
    .description('inspect files, stdin or corpus rows as the gateway would')
    .argument('[files...]', 'what to inspect; - or none for stdin')
    .option('-c, --config <file>', 'configuration file; default: sluice.yaml, else the defaults')
    .option('--jsonl', 'rows {"id","direction","text"|"tool"}: one verdict for each')
    .addHelpText('after', EXAMPLE)
    .action(async (files: string[], options: ScanOptions) => {
      done(await scan(terminal, files, options));
    });
}

async function scan(
  terminal: Terminal,
  files: readonly string[],
  options: ScanOptions,
): Promise<Exit> {
  const config = await inspectConfig(terminal, options);
  if (config === undefined) return EXIT.usage;
  const { Inspection } = await import('../inspect/inspect.ts');
  const inspection = new Inspection(config);
  if (options.jsonl === true) return scanRows(terminal, inspection, files);
  terminal.err('Say what to inspect: --jsonl.');
  return EXIT.usage;
}

/** Undefined after what is wrong with the file was said. */
async function inspectConfig(
  terminal: Terminal,
  options: ScanOptions,
): Promise<InspectConfig | undefined> {
  const file = options.config ?? DEFAULT_FILE;
  if (options.config !== undefined || existsSync(absolute(terminal, file))) {
    return loadOrSay(terminal, file)?.inspect;
  }
  const { defaultInspection } = await import('../inspect/inspect.ts');
  return defaultInspection();
}
