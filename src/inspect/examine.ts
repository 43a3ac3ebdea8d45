/** All findings in one subject: its strings, read in every way, held against every rule. */

import { Linear } from './linear.ts';
import type { Detector, Finding, Leaf, Subject, TextRule, View } from './rule.ts';
import { ARGUMENT_DETECTORS } from './rules/arguments.ts';
import { INJECTION_DETECTORS, INJECTION_RULES } from './rules/injection.ts';
import { PII_RULES } from './rules/pii.ts';
import { POISONING_DETECTORS, POISONING_RULES } from './rules/poisoning.ts';
import { SECRET_DETECTORS, SECRET_RULES } from './rules/secrets.ts';
import { viewsOf } from './views.ts';

const RULES: readonly TextRule[] = [
  ...SECRET_RULES,
  ...INJECTION_RULES,
  ...POISONING_RULES,
  ...PII_RULES,
];
const DETECTORS: readonly Detector[] = [
  ...SECRET_DETECTORS,
  ...INJECTION_DETECTORS,
  ...POISONING_DETECTORS,
  ...ARGUMENT_DETECTORS,
];
const expressions = new Map<TextRule, Linear>();

function expressionOf(rule: TextRule): Linear {
  const known = expressions.get(rule);
  if (known !== undefined) return known;
  const compiled = new Linear(rule.pattern);
  expressions.set(rule, compiled);
  return compiled;
}

export function examine(subject: Subject): Finding[] {
  const reading = {
    subject,
    views: subject.leaves.map((leaf) => ({ leaf, views: viewsOf(leaf.text) })),
  };
  const findings = reading.views.flatMap(({ leaf, views }) =>
    views.flatMap((view) => inView(subject, leaf, view)),
  );
  const { direction } = subject;
  for (const detector of DETECTORS)
    if (detector.in.includes(direction)) findings.push(...detector.examine(reading));
  return findings;
}

function inView({ direction }: Subject, leaf: Leaf, view: View): Finding[] {
  const findings: Finding[] = [];
  const lower = view.text.toLowerCase();
  for (const rule of RULES) {
    if (!rule.forms.includes(view.form) || rule.in?.includes(direction) === false) continue;
    if (!rule.anchors.some((anchor) => lower.includes(anchor))) continue;
    for (const { start, end, valueStart, valueEnd } of expressionOf(rule).matches(view.text)) {
      const { text } = view;
      if (rule.accepts?.(text.slice(valueStart, valueEnd), text.slice(start, end)) === false)
        continue;
      const { origin } = view;
      findings.push({
        rule: rule.id,
        class: rule.class,
        confidence: rule.confidence,
        path: leaf.path,
        steps: view.steps,
        span: origin === undefined ? null : [origin(valueStart), origin(valueEnd - 1) + 1],
        leaf,
      });
    }
  }
  return findings;
}
