/** In front of a legacy server the gateway reaches the marks of the fixture alone in the legacy columns; on node:http. */

import { describe } from 'node:test';
import { conformanceSuite } from './conformance-suite.ts';
import { overHttp, overStdio, start, UNBROKEN } from './gateway-in-front.ts';

describe('gateways before a legacy server', { concurrency: 2 }, () => {
  // The modern column is beyond a bridge in places: a legacy server cannot name the capability that it misses.
  conformanceSuite({
    notApplicable: UNBROKEN,
    name: 'gateway, front node, legacy fixture over stdio',
    scored: ['0.1.16', '2025-11-25'],
    printed: ['2026-07-28'],
    start: async () => start('node', await overStdio('legacy')),
  });
  conformanceSuite({
    notApplicable: UNBROKEN,
    name: 'gateway, front node, legacy fixture over HTTP',
    scored: ['0.1.16', '2025-11-25'],
    start: async () => start('node', await overHttp('legacy')),
  });
});
