/**
 * Findings in a piece of JSON: the one call between the gateway's stages and the engine.
 */

import { examine, tooMuch } from './examine.ts';
import { leavesIn, NotReadable } from './leaves.ts';
import type { Direction, Finding, Leaf } from './rule.ts';
import type { RuleSet } from './rule-set.ts';

export interface About {
  readonly direction: Direction;
  /** The server's own name of what is called, read or defined; '' where nothing is named. */
  readonly tool: string;
  /** JSON text of a tool's definition, for what its parameters are for; null where it is not known. */
  readonly definition: Buffer | null;
}

/** Findings in the JSON value that stands in [start, end); a promise where it is large enough to be looked at elsewhere. */
export function look(
  bytes: Buffer,
  start: number,
  end: number,
  about: About,
  rules: RuleSet,
): Finding[] | Promise<Finding[]> {
  const leaves = readable(bytes, start, end);
  if (leaves === undefined) return tooMuch(rules);
  const { direction, tool, definition } = about;
  const schema = definition === null ? undefined : schemaOf(definition);
  return examine({ direction, leaves, tool, ...(schema === undefined ? {} : { schema }) }, rules);
}

function readable(bytes: Buffer, start: number, end: number): Leaf[] | undefined {
  try {
    return leavesIn(bytes, start, end);
  } catch (error) {
    if (error instanceof NotReadable) return undefined;
    throw error;
  }
}

function schemaOf(definition: Buffer): unknown {
  return (JSON.parse(definition.utf8Slice()) as { inputSchema?: unknown }).inputSchema;
}
