/** The rules that Sluice has of its own. */

import type { Tables } from './automaton.ts';
import type { TextRule } from './rule.ts';
import { RuleSet } from './rule-set.ts';
import { ARGUMENT_DETECTORS } from './rules/arguments.ts';
import { INJECTION_DETECTORS, INJECTION_RULES } from './rules/injection.ts';
import { PII_RULES } from './rules/pii.ts';
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
export function rulesWith(operator: readonly TextRule[], tables?: Tables): RuleSet {
  if (operator.length === 0 && tables === undefined) return ownRules();
  return new RuleSet([...OWN_RULES, ...operator], OWN_DETECTORS, { operator, tables });
}
