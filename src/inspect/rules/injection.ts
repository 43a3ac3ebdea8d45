/** Text that gives orders to whoever reads it: one file for each part of the grammar. */

import type { Detector, TextRule } from '../rule.ts';
import { ADDRESSED_RULES } from './injection-addressed.ts';
import { DICTATED_RULES } from './injection-dictated.ts';
import { DIRECTIVE_RULES } from './injection-directive.ts';
import { FRAMED_RULES } from './injection-framed.ts';
import { GUARDED_RULES } from './injection-guarded.ts';
import { LANGUAGE_RULES } from './injection-languages.ts';
import { MARKUP_RULES } from './injection-markup.ts';
import { OVERRIDE_RULES } from './injection-override.ts';
import { PAYLOAD_RULES } from './injection-payloads.ts';
import { PERSONA_RULES } from './injection-personas.ts';
import { PRETEXT_RULES } from './injection-pretexts.ts';
import { PRIVATE_TONGUE_RULES } from './injection-private-tongues.ts';
import { PROBE_RULES } from './injection-probes.ts';
import { REQUEST_RULES } from './injection-requests.ts';
import { ROLE_RULES } from './injection-role.ts';
import { SIGNAL_RULES, SUM_DETECTOR } from './injection-signals.ts';
import { STEERING_RULES } from './injection-steering.ts';
import { TONGUE_RULES } from './injection-tongues.ts';

export const INJECTION_RULES: readonly TextRule[] = [
  ...OVERRIDE_RULES,
  ...ROLE_RULES,
  ...DIRECTIVE_RULES,
  ...MARKUP_RULES,
  ...LANGUAGE_RULES,
  ...PRETEXT_RULES,
  ...STEERING_RULES,
  ...GUARDED_RULES,
  ...TONGUE_RULES,
  ...ADDRESSED_RULES,
  ...FRAMED_RULES,
  ...PAYLOAD_RULES,
  ...REQUEST_RULES,
  ...PRIVATE_TONGUE_RULES,
  ...PROBE_RULES,
  ...DICTATED_RULES,
  ...PERSONA_RULES,
  ...SIGNAL_RULES,
];
export const INJECTION_DETECTORS: readonly Detector[] = [SUM_DETECTOR];
