/** What the default configuration would act upon in a call. */

import { examine, leavesOf } from '../../../src/inspect/inspect.ts';

export function found(tool: string, args: unknown, schema?: unknown): string[] {
  const leaves = leavesOf(args);
  const subject = { direction: 'request', leaves, tool, schema } as const;
  const findings = examine(subject).filter(
    (one) => one.class === 'arguments' && one.confidence !== 'low',
  );
  return [...new Set(findings.map((one) => one.rule))].sort();
}
