/** Traffic leaves nothing behind: bad requests, and sessions that were opened and ended. */

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { runProcess } from '../support/spawn.ts';
import { compiled } from '../support/temp.ts';

/** An entry in a Map that stays for each of 11,000 requests would be more. */
const GROWTH_MIB_MAX = 3;

it('the heap after 10,000 requests of mixed bad kinds and 1,000 sessions is what it was', async () => {
  const program = compiled('test/security/memory-program.js');
  const { status, stdout, stderr } = await runProcess(process.execPath, ['--expose-gc', program], {
    deadlineMs: 90_000,
  });
  assert.equal(status, 0, stderr);
  const { before, after, ready } = JSON.parse(stdout) as Record<string, number>;
  assert.ok(ready);
  assert.ok(after! - before! < GROWTH_MIB_MAX, `${before} MiB became ${after} MiB`);
});
