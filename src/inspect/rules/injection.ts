import type { Detector, TextRule } from '../rule.ts';
import { OVERRIDE_RULES } from './injection-override.ts';

export const INJECTION_RULES: readonly TextRule[] = [...OVERRIDE_RULES];
export const INJECTION_DETECTORS: readonly Detector[] = [];
