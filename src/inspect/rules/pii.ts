import type { TextRule } from '../rule.ts';

export const PII_RULES: readonly TextRule[] = [];
