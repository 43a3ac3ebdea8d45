/**
 * Findings in a piece of JSON: the one call between the gateway's stages and the engine.
 */

import { examine } from './examine.ts';
import { leavesOf } from './leaves.ts';
import type { Direction, Finding } from './rule.ts';
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
  const leaves = leavesOf(JSON.parse(bytes.utf8Slice(start, end)));
  const { direction, tool, definition } = about;
  const schema = definition === null ? undefined : schemaOf(definition);
  return examine({ direction, leaves, tool, ...(schema === undefined ? {} : { schema }) }, rules);
}

function schemaOf(definition: Buffer): unknown {
  return (JSON.parse(definition.utf8Slice()) as { inputSchema?: unknown }).inputSchema;
}
