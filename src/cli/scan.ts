/**
 * `sluice scan` on the command line; what it does is in `scan-run.ts`, with the whole of inspection behind it, which the
 * other commands need not load.
 */

import type { Command } from 'commander';
import type { Exit } from './exit.ts';
import type { Terminal } from './terminal.ts';

const EXAMPLE = `
Examples:
  $ sluice scan README.md prompts/*.md
  $ sluice scan --config ~/.cursor/mcp.json --sarif > found.sarif
  $ sluice scan -c sluice.yaml --server files`;

export interface ScanOptions {
  readonly config?: string;
  readonly server?: string;
  readonly json?: boolean;
  readonly sarif?: boolean;
  readonly jsonl?: boolean;
}

export function scanCommand(program: Command, terminal: Terminal, done: (exit: Exit) => void) {
  program
    .command('scan')
    .argument('[files...]', 'what to inspect; - or none for stdin')
    .option(
      '-c, --config <file>',
      "configuration file, or another client's: its servers are scanned where no files are named",
    )
    .option('--server <name>', 'the tools of this server of the configuration')
    .option('--json', 'print the report as JSON')
    .option('--sarif', 'print the report as SARIF 2.1.0')
    .option('--jsonl', 'rows {"id","direction","text"|"tool"}: one verdict for each')
    .addHelpText('after', EXAMPLE)
    .action(async (files: string[], options: ScanOptions) => {
      const { scan } = await import('./scan-run.ts');
      done(await scan(terminal, files, options));
    });
}
