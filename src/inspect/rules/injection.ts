/** Text that gives orders to whoever reads it: one file for each part of the grammar. */

import type { Detector, TextRule } from '../rule.ts';
import { DIRECTIVE_RULES } from './injection-directive.ts';
import { LANGUAGE_RULES } from './injection-languages.ts';
import { MARKUP_RULES } from './injection-markup.ts';
import { OVERRIDE_RULES } from './injection-override.ts';
import { PRETEXT_RULES } from './injection-pretexts.ts';
import { ROLE_RULES } from './injection-role.ts';
import { SIGNAL_RULES, SUM_DETECTOR } from './injection-signals.ts';

export const INJECTION_RULES: readonly TextRule[] = [
  ...OVERRIDE_RULES,
  ...ROLE_RULES,
  ...DIRECTIVE_RULES,
  ...MARKUP_RULES,
  ...LANGUAGE_RULES,
  ...PRETEXT_RULES,
  ...SIGNAL_RULES,
];
export const INJECTION_DETECTORS: readonly Detector[] = [SUM_DETECTOR];
