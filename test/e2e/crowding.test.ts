/** One caller that opens whatever it may and never ends it, and another one that comes later. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeKey } from '../../src/auth/auth.ts';
import { pipePuppet } from '../security/puppets.ts';
import type { OpenStream } from '../support/mcp-exchange.ts';
import { ModernClient } from '../support/modern-client.ts';
import { RunningGateway, script, until } from './running-gateway.ts';

const ROOM = 20;

describe('a caller that opens streams without end', { timeout: 120_000 }, () => {
  for (const kind of ['subscriptions/listen', 'GET /sse'] as const) {
    it(`leaves as much room as it takes to others, and gets its own back: ${kind}`, async (t) => {
      const [one, two] = [makeKey(), makeKey()];
      const gateway = await RunningGateway.start({
        servers: { puppet: script(pipePuppet({})) },
        listen: { connectionsMax: ROOM },
        auth: {
          apiKeys: [
            { id: 'one', sha256: one.sha256 },
            { id: 'two', sha256: two.sha256 },
          ],
        },
        access: { allow: ['*'] },
      });
      t.after(() => gateway.stop());
      await gateway.settled();
      const greedy = { authorization: `Bearer ${one.key}` };
      const other = new ModernClient(gateway.url, {
        headers: { authorization: `Bearer ${two.key}` },
      });

      const open: (() => Promise<unknown>)[] = [];
      const opened = async (): Promise<number> => {
        if (kind === 'GET /sse') {
          const abort = new AbortController();
          const headers = { ...greedy, accept: 'text/event-stream' };
          const { status } = await fetch(`${gateway.origin}/sse`, {
            headers,
            signal: abort.signal,
          });
          if (status === 200) open.push(async () => abort.abort());
          return status;
        }
        const client = new ModernClient(gateway.url, { headers: greedy });
        const stream: OpenStream = await client.listen({ toolsListChanged: true });
        if (stream.status === 200) open.push(() => stream.close());
        return stream.status;
      };
      const statuses = [];
      for (let count = 0; count < ROOM + 5; count++) statuses.push(await opened());
      assert.equal(open.length, ROOM / 2, statuses.join(' '));
      assert.deepEqual([...new Set(statuses)].sort(), [200, 503]);

      for (let count = 0; count < 30; count++) {
        const { result, error } = await other.request('tools/list');
        assert.ok(Array.isArray(result?.tools), JSON.stringify(error));
      }
      for (const end of open.splice(0)) await end();
      await until(async () => (await opened()) === 200, 'there is room for it again');
      for (const end of open.splice(0)) await end();
    });
  }
});
