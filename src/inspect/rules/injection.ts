import type { Detector, TextRule } from '../rule.ts';
import { DIRECTIVE_RULES } from './injection-directive.ts';
import { LANGUAGE_RULES } from './injection-languages.ts';
import { MARKUP_RULES } from './injection-markup.ts';
import { OVERRIDE_RULES } from './injection-override.ts';
import { ROLE_RULES } from './injection-role.ts';

export const INJECTION_RULES: readonly TextRule[] = [
  ...OVERRIDE_RULES,
  ...ROLE_RULES,
  ...DIRECTIVE_RULES,
  ...MARKUP_RULES,
  ...LANGUAGE_RULES,
];
export const INJECTION_DETECTORS: readonly Detector[] = [];
