/** The whole of inspection for one piece of JSON, in whatever thread. */

import { examine, tooMuch } from './examine.ts';
import { leavesIn, NotReadable } from './leaves.ts';
import type { Direction, Finding, Leaf } from './rule.ts';
import type { RuleSet } from './rule-set.ts';

export interface Task {
  readonly direction: Direction;
  /** The server's own name of what is called, read or defined; '' where nothing is named. */
  readonly tool: string;
  /** JSON text of a tool's definition, for what its parameters are for; null where it is not known. */
  readonly definition: Uint8Array | null;
}

/** Findings in the JSON value that stands in [start, end); of every class where it cannot be read. Throws OutOfTime (deadline.ts). */
export function findingsIn(
  bytes: Buffer,
  start: number,
  end: number,
  { direction, tool, definition }: Task,
  rules: RuleSet,
  until = Number.POSITIVE_INFINITY,
): Finding[] {
  rules.messages++;
  const leaves = readable(bytes, start, end);
  if (leaves === undefined) return tooMuch(rules);
  const schema = definition === null ? undefined : schemaOf(definition);
  const subject = { direction, leaves, tool, ...(schema === undefined ? {} : { schema }) };
  return examine(subject, rules, { until });
}

function readable(bytes: Buffer, start: number, end: number): Leaf[] | undefined {
  try {
    return leavesIn(bytes, start, end);
  } catch (error) {
    if (error instanceof NotReadable) return undefined;
    throw error;
  }
}

function schemaOf(definition: Uint8Array): unknown {
  const text = Buffer.from(definition.buffer, definition.byteOffset, definition.length).utf8Slice();
  return (JSON.parse(text) as { inputSchema?: unknown }).inputSchema;
}
