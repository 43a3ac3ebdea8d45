/** Everything that opens something: what is found by its format, by its name, and by being known. */

import type { Detector, TextRule } from '../rule.ts';
import { AI_RULES } from './secrets-ai.ts';
import { CLOUD_RULES } from './secrets-cloud.ts';
import { CRYPTO_RULES } from './secrets-crypto.ts';
import { NAMED_LEAVES } from './secrets-leaves.ts';
import { MESSAGING_RULES } from './secrets-messaging.ts';
import { NAMED_RULES } from './secrets-named.ts';
import { PAYMENT_RULES } from './secrets-payment.ts';
import { PHRASES } from './secrets-phrases.ts';
import { SERVICE_RULES } from './secrets-services.ts';
import { SHAPES, USER_INFO } from './secrets-shapes.ts';
import { SOURCE_RULES } from './secrets-source.ts';

export const SECRET_RULES: readonly TextRule[] = [
  ...AI_RULES,
  ...CLOUD_RULES,
  ...CRYPTO_RULES,
  ...MESSAGING_RULES,
  ...PAYMENT_RULES,
  ...SERVICE_RULES,
  ...SOURCE_RULES,
  ...NAMED_RULES,
];
export const SECRET_DETECTORS: readonly Detector[] = [NAMED_LEAVES, SHAPES, USER_INFO, PHRASES];
