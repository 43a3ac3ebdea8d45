import type { Detector, TextRule } from '../rule.ts';

export const SECRET_RULES: readonly TextRule[] = [];
export const SECRET_DETECTORS: readonly Detector[] = [];
