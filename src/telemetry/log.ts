/**
 * The operator's log: JSON lines on stderr, so that stdout stays free for what a command prints or MCP speaks.
 *
 * Secrets are kept out by construction, not by a list of paths to redact (6.3 us a line, and one forgotten path leaks): whoever
 * logs passes names and numbers, never bodies, headers or configuration.
 */

import { destination, type Logger, pino } from 'pino';
import { visibleJson } from '../lib/visible-json.ts';
import type { TelemetryConfig } from './config.ts';

export type { Logger } from 'pino';

/** Writes are synchronous: the last lines before an exit are those that one needs, and there are few others. */
/** `to`: who else is to have the lines than stderr. */
export function createLog(
  config: Pick<TelemetryConfig, 'log'>,
  to?: { write(line: string): void },
): Logger {
  return pino(
    {
      level: config.log,
      // No pid and host name in every line; whoever collects the lines knows them.
      base: null,
      formatters: { level: (label) => ({ level: label }) },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      // Names that servers give to their tools stand in it, and operators read it on a terminal.
      hooks: { streamWrite: visibleJson },
    },
    to ?? destination({ dest: 2, sync: true }),
  );
}
