/**
 * The fixture alone, without a gateway, reaches full marks. When this fails, the failures of the gateway's own
 * conformance tests say nothing about the gateway.
 */

import { startProcess } from '../support/spawn.ts';
import { compiled } from '../support/temp.ts';
import { conformanceSuite } from './conformance-suite.ts';

conformanceSuite({
  name: 'dual-era fixture over HTTP, without a gateway',
  start: async () => {
    const program = compiled('test/support/fixtures/dual.js');
    const fixture = await startProcess(process.execPath, [program, 'http', '0'], {
      readyLine: /^ready (\S+)/,
    });
    return {
      url: fixture.ready,
      output: () => fixture.stdout() + fixture.stderr(),
      stop: () => fixture.stop(),
    };
  },
});
