/** The rules that Sluice has of its own. */

import type { Tables } from './automaton.ts';
import { canaries } from './canary.ts';
import { knownValues } from './known-values.ts';
import type { Detector } from './rule.ts';
import { type Operator, RuleSet } from './rule-set.ts';
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

let made: RuleSet | undefined;

/** Compiled when it is first asked for. */
export function ownRules(): RuleSet {
  made ??= new RuleSet(OWN_RULES, OWN_DETECTORS);
  return made;
}

/** The same with those of an operator, who may have none; `tables` where another thread has made them already. */
export function rulesWith(operator: Operator, tables?: Tables): RuleSet {
  const { rules = [] } = operator;
  const detectors = detectorsOf(operator);
  if (rules.length + detectors.length === 0 && tables === undefined) return ownRules();
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
