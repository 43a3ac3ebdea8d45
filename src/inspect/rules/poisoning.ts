import type { Detector, TextRule } from '../rule.ts';

export const POISONING_RULES: readonly TextRule[] = [];
export const POISONING_DETECTORS: readonly Detector[] = [];
