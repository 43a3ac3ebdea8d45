/** Callers for tests that speak to the gateway itself. */

import { ANONYMOUS, type Caller } from '../../src/model.ts';

export function callerNamed(id: string, more: Partial<Caller> = {}): Caller {
  return { ...ANONYMOUS, id, ...more };
}
