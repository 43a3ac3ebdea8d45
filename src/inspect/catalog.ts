/** The rules that Sluice has of its own. */

import { canaries } from './canary.ts';
import { knownValues } from './known-values.ts';
import type { Detector } from './rule.ts';
import { type AllTables, type Operator, RuleSet } from './rule-set.ts';
import { ARGUMENT_DETECTORS } from './rules/arguments.ts';
import { INJECTION_DETECTORS, INJECTION_RULES } from './rules/injection.ts';
import { PII, PII_RULES } from './rules/pii.ts';
import { POISONING_DETECTORS, POISONING_RULES } from './rules/poisoning.ts';
import { SECRET_DETECTORS, SECRET_RULES } from './rules/secrets.ts';

export const OWN_RULES = [...SECRET_RULES, ...INJECTION_RULES, ...POISONING_RULES, ...PII_RULES];
export const OWN_DETECTORS = [
  ...SECRET_DETECTORS,
  ...INJECTION_DETECTORS,
  ...POISONING_DETECTORS,
  ...ARGUMENT_DETECTORS,
];

/** By what is not looked for: most configurations have the same. */
const made = new Map<string, RuleSet>();

/** Compiled when it is first asked for. */
export function ownRules({ off }: Pick<Operator, 'off'> = {}, tables: AllTables = {}): RuleSet {
  const key = JSON.stringify(off) ?? '';
  const known = made.get(key);
  if (known !== undefined) return known;
  const operator = off === undefined ? {} : { off };
  const rules = new RuleSet(OWN_RULES, OWN_DETECTORS, { operator, tables });
  made.set(key, rules);
  return rules;
}

/** The same with those of an operator, who may have none; `tables` where another thread has made them already. */
export function rulesWith(operator: Operator, tables: AllTables = {}): RuleSet {
  const { rules = [] } = operator;
  const detectors = detectorsOf(operator);
  if (rules.length + detectors.length === 0) return ownRules(operator, tables);
  const all = [...OWN_DETECTORS, ...detectors];
  return new RuleSet([...OWN_RULES, ...rules], all, { operator, tables });
}

function detectorsOf({
  knownValues: values = [],
  canaryKey,
  hasPii = false,
}: Operator): Detector[] {
  const known = knownValues(values);
  return [
    ...(known === undefined ? [] : [known]),
    ...(canaryKey === undefined ? [] : [canaries(canaryKey)]),
    ...(hasPii ? [PII] : []),
  ];
}
