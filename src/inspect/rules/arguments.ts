import type { Detector } from '../rule.ts';

export const ARGUMENT_DETECTORS: readonly Detector[] = [];
