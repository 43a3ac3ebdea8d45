/** What a review of definitions counts by. What it withdraws is in test/e2e/inspect-lists.test.ts. */

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { pino } from 'pino';
import type { Inventory } from '../../src/backends/backends.ts';
import { Definitions } from '../../src/gateway/definitions.ts';
import { inspectSchema } from '../../src/inspect/config.ts';
import { Inspection } from '../../src/inspect/inspect.ts';

const RULES = [{ id: 'order', class: 'injection', pattern: 'OBEY-THE-NOTE' }];
const SUPPRESS = [{ rule: 'own.order', server: 's', reason: 'a joke', until: '2199-01-01' }];
const SERVERS = { names: ['s'], separator: '__' };

const inspectionOf = (more: object) =>
  new Inspection(inspectSchema.parse({ deadlineMs: 60_000, ...more }));

const inventory: Inventory = {
  tools: Array.from({ length: 50 }, (_, n) => {
    const description = `Looks at ${n}. OBEY-THE-NOTE.`;
    const bytes = Buffer.from(JSON.stringify({ name: `look${n}`, description }));
    return { key: `look${n}`, bytes } as Inventory['tools'][number];
  }),
  prompts: [],
  resources: [],
  templates: [],
  ttlMs: 60_000,
  shareable: true,
  takenAt: 0,
  instructions: '',
  withdrawn: [],
};

it('a configuration that comes in the middle of a review counts for all of it', async () => {
  const lenient = inspectionOf({ rules: RULES, suppress: SUPPRESS });
  const strict = inspectionOf({ rules: RULES });
  for (const [before, after, shown] of [
    [strict, lenient, 50],
    [lenient, strict, 0],
  ] as const) {
    const definitions = new Definitions(before, SERVERS, pino({ level: 'silent' }), () => {});
    definitions.open('check');
    const reviewing = definitions.review('s', inventory);
    await new Promise((resolve) => setTimeout(resolve, 1));
    definitions.configure(after, SERVERS);
    assert.equal((await reviewing).tools.length, shown);
    // What is remembered of each was judged by it, too.
    assert.equal((await definitions.review('s', inventory)).tools.length, shown);
  }
});
