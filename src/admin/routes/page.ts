/** What routes of several subjects share: pages of a list, and how a moment is written. */

import { z } from 'zod';

const PAGE_MAX = 200;

/** Which part of a long list is asked for. */
export const page = z.strictObject({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(100),
});

export const iso = (at: number) => new Date(at).toISOString();
