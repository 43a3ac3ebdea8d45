/**
 * The fixtures alone, without a gateway, reach full marks. When this fails, the failures of the gateway's own
 * conformance tests say nothing about the gateway.
 */

import { remote } from '../support/servers.ts';
import { conformanceSuite, type RunningServer } from './conformance-suite.ts';

async function startFixture(name: string): Promise<RunningServer> {
  const fixture = await remote(name);
  return {
    url: fixture.ready,
    output: () => fixture.stdout() + fixture.stderr(),
    stop: () => fixture.stop(),
  };
}

conformanceSuite({
  name: 'dual-era fixture over HTTP, without a gateway',
  start: () => startFixture('dual'),
});

conformanceSuite({
  name: 'legacy fixture over HTTP, without a gateway',
  scored: ['0.1.16', '2025-11-25'],
  start: () => startFixture('legacy'),
});
