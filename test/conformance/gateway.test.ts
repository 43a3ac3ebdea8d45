/**
 * The gateway in front of the dual-era fixture reaches the same marks as the fixture alone, over both ways to reach a
 * server. The route is the one of a single server, where names and addresses arrive unchanged.
 */

import { describe } from 'node:test';
import { skipOf } from '../support/fronts.ts';
import { conformanceSuite } from './conformance-suite.ts';
import { overHttp, overStdio, start, UNBROKEN } from './gateway-in-front.ts';

/** Each suite has the front that it is run for: node:http where there are no native add-ons. `.ci/run` runs both. */
const FRONT = skipOf('uws') === false ? 'uws' : 'node';

// Most of what a column takes is waiting for its own timers.
describe('gateways', { concurrency: 2 }, () => {
  conformanceSuite({
    notApplicable: UNBROKEN,
    name: `gateway, front ${FRONT}, dual-era fixture over stdio`,
    start: async () => start(FRONT, await overStdio('dual')),
  });
  conformanceSuite({
    notApplicable: UNBROKEN,
    name: `gateway, front ${FRONT}, dual-era fixture over HTTP`,
    start: async () => start(FRONT, await overHttp('dual')),
  });
});
