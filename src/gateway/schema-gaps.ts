/** Input schemas that cannot be checked, or not all of them, told to the operator. */

import type { Logger } from 'pino';
import type { Entry } from '../backends/backends.ts';
import type { Tool } from '../validate/validate.ts';

/** Said once per tool, and not at each new list; a server that invents ever new tools is heard of so often. */
const GAPS_TOLD_MAX = 1000;

export function gapLogger(log: Logger) {
  const told = new Set<string>();
  return (tool: Tool, why: string, isChecked: boolean) => {
    const { backend, original } = tool as Entry;
    const key = `${backend.name}.${original} ${why}`;
    if (told.has(key) || told.size >= GAPS_TOLD_MAX) return;
    told.add(key);
    const words = isChecked
      ? 'a part of the input schema of a tool is not checked'
      : 'the input schema of a tool is not checked';
    log.warn({ server: backend.name, tool: original.slice(0, 128), why }, words);
  };
}
