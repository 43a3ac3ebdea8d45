/** What is remembered of a server between links. */

import type { Era } from '../protocol/eras.ts';

export interface Known {
  readonly era: Era;
  readonly transport: 'stdio' | 'http' | 'sse';
}
