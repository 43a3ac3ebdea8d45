/** Rules that would act on one text, for the tests of the rules. */

import { examine } from '../../../src/inspect/examine.ts';
import { leavesOf } from '../../../src/inspect/leaves.ts';
import type { Finding } from '../../../src/inspect/rule.ts';

const acts = ({ confidence }: Finding) => confidence !== 'low';

/** Rules that would act on a result of this text. */
export function actingOnResult(text: string): string[] {
  const findings = examine({ direction: 'response', leaves: leavesOf(text), tool: '' });
  return [...new Set(findings.filter(acts).map(({ rule }) => rule))];
}

/** Of the class `secret`, on a result of this: each as often as it is found. */
export function secretsIn(result: unknown): string[] {
  const findings = examine({ direction: 'response', leaves: leavesOf(result), tool: '' });
  return findings.filter((one) => one.class === 'secret' && acts(one)).map(({ rule }) => rule);
}

/** Rules that would act on this definition. */
export function actingOnDefinition(tool: { readonly name: string }): string[] {
  const leaves = leavesOf(tool);
  const findings = examine({ direction: 'definition', leaves, tool: tool.name });
  return [...new Set(findings.filter(acts).map(({ rule }) => rule))];
}
