import type { Detector, TextRule } from '../rule.ts';

export const INJECTION_RULES: readonly TextRule[] = [];
export const INJECTION_DETECTORS: readonly Detector[] = [];
