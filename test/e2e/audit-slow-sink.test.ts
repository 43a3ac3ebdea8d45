/**
 * A sink that takes everything, only slowly: calls notice nothing, the operator does, and it passes when it keeps up again.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { AdminUnderTest } from '../admin/admin-under-test.ts';
import { ModernClient } from '../support/modern-client.ts';
import { fixture, until } from './running-gateway.ts';

/** Answers a batch only when it is told to. */
class SlowReceiver {
  readonly #server = createServer((request, response) => {
    request.resume().on('end', () => {
      this.batches += 1;
      if (this.isSlow) this.#held = response;
      else response.end();
    });
  });
  #held: ServerResponse | null = null;
  isSlow = true;
  batches = 0;

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  answerOne(): void {
    this.#held?.end();
    this.#held = null;
  }

  close(): void {
    this.isSlow = false;
    this.answerOne();
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

describe('a slow sink', { timeout: 180_000 }, () => {
  it('is told of by metrics, health and /readyz while it lags, and not any more when it keeps up', async (t) => {
    const receiver = new SlowReceiver();
    t.after(() => receiver.close());
    const sink = { id: 'lake', kind: 'webhook', url: await receiver.listen(), batchMax: 1 };
    const under = await AdminUnderTest.start({
      servers: { all: fixture('legacy') },
      auth: { anonymous: true },
      audit: {
        ...{ dir: 'audit', payloads: 'full', flushMs: 5, sinks: [sink] },
        sinkLagBytesMax: 1 << 20,
      },
      inspect: 'off',
    });
    t.after(() => under.stop());
    const behind = async () => {
      const { text } = await under.as.viewer.get('/metrics');
      return Number(/^sluice_audit_sink_behind_bytes\{sink="lake"\} (\S+)$/m.exec(text)?.[1]);
    };
    const faults = async () => (await under.as.viewer.get('/api/health')).body.audit as string[];
    const readiness = () =>
      under.gateway.readiness() as Promise<{ status: number; body: { auditFaults?: number } }>;

    const client = new ModernClient(under.gateway.url);
    const message = 'words '.repeat(2_000);
    for (let n = 0; n < 20; n++) {
      const { error } = await client.call('test_echo', { message });
      assert.equal(error, undefined);
    }
    // One batch after the other is taken, far slower than records come.
    await until(async () => {
      receiver.answerOne();
      return receiver.batches > 4 && (await behind()) > 200_000;
    });
    await until(async () => (await faults()).length === 1);
    assert.match((await faults())[0]!, /^sink lake lags: it is 0\.\d MiB behind, /);
    const slow = await readiness();
    assert.deepEqual([slow.status, slow.body.auditFaults], [200, 1]);

    receiver.isSlow = false;
    await until(async () => {
      receiver.answerOne();
      return (await behind()) === 0;
    });
    assert.deepEqual(await faults(), []);
    const { body } = await readiness();
    assert.equal(body.auditFaults, undefined);
  });
});
