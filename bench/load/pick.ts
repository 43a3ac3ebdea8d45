/**
 * Which tool to call when nobody named one: only one that says, or whose name says, that calling it harms nothing.
 *
 * Annotations are a server's claims about itself; a tool without them counts as destructive (2025-11-25 schema,
 * ToolAnnotations: destructiveHint defaults to true), unless it is called echo.
 */

import { Arrival, LoadError, type RemoteTool } from './arrival.ts';
import type { Plan, Step } from './plan.ts';

const ECHO = /(^|[^a-z])echo$/i;
const TEXT = 'hello';

export interface Picked {
  readonly step: Step;
  readonly era: 'modern' | 'legacy';
  readonly tools: number;
}

export async function pickTool(
  target: Pick<Plan, 'url' | 'era' | 'token' | 'headers'>,
): Promise<Picked> {
  const arrival = await Arrival.at(target);
  try {
    const tools = (await arrival.tools()) ?? [];
    const tool = harmless(tools);
    if (tool === undefined) {
      const words = `None of the ${tools.length} tools says that calling it is harmless.`;
      throw new LoadError('plan', `${words} Name one with --tool, or measure --method tools/list.`);
    }
    const args = Object.fromEntries(required(tool).map((name) => [name, TEXT]));
    return { step: { tool: tool.name, args }, era: arrival.era, tools: tools.length };
  } finally {
    await arrival.leave();
  }
}

function harmless(tools: readonly RemoteTool[]): RemoteTool | undefined {
  const easy = tools.filter(
    (tool) => tool.annotations?.destructiveHint !== true && takesOnlyText(tool),
  );
  const readOnly = easy.filter((tool) => tool.annotations?.readOnlyHint === true);
  return (
    easy.find(({ name }) => ECHO.test(name)) ??
    // A text of ours may be no file, city or query of theirs, and an error is no measurement.
    readOnly.find((tool) => required(tool).length === 0) ??
    readOnly[0]
  );
}

function required(tool: RemoteTool): string[] {
  const names = tool.inputSchema?.required;
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}

function takesOnlyText(tool: RemoteTool): boolean {
  const properties = (tool.inputSchema?.properties ?? {}) as Record<string, SchemaOf | undefined>;
  return required(tool).every((name) => {
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return schema?.type === 'string' && isFree(schema);
  });
}

interface SchemaOf {
  readonly type?: unknown;
  readonly [keyword: string]: unknown;
}

/** Any text will do. */
function isFree(schema: SchemaOf): boolean {
  return !['enum', 'const', 'pattern', 'format', 'maxLength'].some((word) => word in schema);
}
