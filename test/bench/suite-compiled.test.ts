/**
 * The wait for gateways whose inspection is not ready yet.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { compiled } from '../../bench/suite/compiled.ts';
import type { Player } from '../../bench/suite/deck.ts';

/** What a gateway says of itself, one after the other; the last for good. */
async function gatewayThatSays(...pages: string[]): Promise<Player> {
  const server = createServer((_, response) => {
    response.end(pages.length > 1 ? pages.shift() : pages[0]);
  });
  after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const metricsUrl = `http://127.0.0.1:${port}/metrics`;
  const stop = () => Promise.resolve();
  const nothing = { pids: [], hasEnded: () => false, stderr: () => '', stop };
  return { name: 'one', url: '', isOurs: true, metricsUrl, ...nothing };
}

const page = (left: number) =>
  `# TYPE sluice_sessions gauge\nsluice_sessions 0\nsluice_inspection_unready ${left}\n`;

test('a gateway is waited for until it has made inspection ready', async () => {
  const ready = await gatewayThatSays(page(0));
  const pages = [page(12), page(3), page(0), 'asked once too often'];
  const late = await gatewayThatSays(...pages);
  const { metricsUrl: _, ...silent } = ready;
  assert.deepEqual(await compiled([silent, ready, late], 60_000), []);
  assert.equal(await (await fetch(late.metricsUrl!)).text(), 'asked once too often');
});

test('a gateway that is not ready in time, or does not say, is named', async () => {
  const never = await gatewayThatSays(page(7));
  const mute = await gatewayThatSays('sluice_sessions 0\n');
  assert.deepEqual(await compiled([never, mute], 1), [
    'one has 7 expressions and messages left to make inspection ready',
    'one does not say whether inspection is ready',
  ]);
});
