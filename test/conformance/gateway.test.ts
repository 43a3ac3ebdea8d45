/**
 * The gateway in front of the dual-era fixture reaches the same marks as the fixture alone, over both ways to reach a
 * server, and in the legacy columns in front of a legacy server. The route is the one of a single server, where names and
 * addresses arrive unchanged.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'node:test';
import { skipOf } from '../support/fronts.ts';
import { fixture, remote } from '../support/servers.ts';
import { type StartedProcess, startProcess } from '../support/spawn.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';
import { conformanceSuite, type RunningServer } from './conformance-suite.ts';

const GATEWAY = compiled('src/main.js');

/** One `servers.fixture` entry, and the process behind it when the gateway does not start one itself. */
interface Behind {
  server: object;
  process?: StartedProcess;
}

async function overStdio(name: string): Promise<Behind> {
  return { server: fixture(name, 'stdio') };
}

async function overHttp(name: string): Promise<Behind> {
  const started = await remote(name);
  return { server: { url: started.ready }, process: started };
}

/** server-sse-polling: a server that breaks a stream in mid-call is seen to take it up again. The gateway breaks none. */
const UNBROKEN = { '2025-11-25': 1 } as const;

async function startGateway(front: string, behind: Behind): Promise<RunningServer> {
  // Its own folder, so that what it writes beside its configuration goes away too.
  const folder = temporaryFolder('gateway');
  const file = join(folder, 'sluice.yaml');
  // JSON is YAML, and needs no writer.
  const config = {
    listen: { host: '127.0.0.1', port: 0, front },
    servers: { fixture: behind.server },
  };
  writeFileSync(file, JSON.stringify(config));
  const gateway = await startProcess(process.execPath, [GATEWAY, 'start', '-c', file], {
    readyLine: /listening on (http:\/\/\S+\/mcp)/,
    cwd: folder,
  });
  return {
    url: `${gateway.ready}/fixture`,
    output: () => gateway.stdout() + gateway.stderr(),
    stop: async () => {
      await gateway.stop();
      await behind.process?.stop();
    },
  };
}

async function start(front: string, behind: Behind): Promise<RunningServer> {
  try {
    return await startGateway(front, behind);
  } catch (error) {
    await behind.process?.stop();
    throw error;
  }
}

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
