/**
 * Where files are that a command is given, and above all the configuration: `-c` as every command words it.
 *
 * Apart from load.ts, which reads it: a command that is told by `--url` where the gateway is need not load what for.
 */

import { isAbsolute, join } from 'node:path';
import type { Terminal } from './terminal.ts';

export const DEFAULT_FILE = 'sluice.yaml';

export const CONFIG_OPTION = ['-c, --config <file>', 'configuration file', DEFAULT_FILE] as const;

export function absolute(terminal: Terminal, file: string): string {
  return isAbsolute(file) ? file : join(terminal.around.cwd, file);
}
