/**
 * The gateway in front of the dual-era fixture reaches the same marks as the fixture alone: both fronts, both ways to
 * reach a server. The route is the one of a single server, where names and addresses arrive unchanged.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type StartedProcess, startProcess } from '../support/spawn.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';
import { conformanceSuite, type RunningServer } from './conformance-suite.ts';

const FIXTURE = compiled('test/support/fixtures/dual.js');
const GATEWAY = compiled('src/main.js');

/** One `servers.fixture` entry, and the process behind it when the gateway does not start one itself. */
interface Behind {
  server: object;
  process?: StartedProcess;
}

const BEHIND: Record<string, () => Promise<Behind>> = {
  stdio: async () => ({ server: { command: process.execPath, args: [FIXTURE, 'stdio'] } }),
  http: async () => {
    const fixture = await startProcess(process.execPath, [FIXTURE, 'http', '0'], {
      readyLine: /^ready (\S+)/,
    });
    return { server: { url: fixture.ready }, process: fixture };
  },
};

async function startGateway(front: string, behind: Behind): Promise<RunningServer> {
  // Its own folder, so that what it writes beside its configuration goes away too.
  const folder = temporaryFolder('gateway');
  const file = join(folder, 'sluice.yaml');
  // JSON is YAML, and needs no writer.
  const config = {
    listen: { host: '127.0.0.1', port: 0, front },
    admin: { port: 0 },
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

for (const front of ['uws', 'node']) {
  for (const [kind, start] of Object.entries(BEHIND)) {
    conformanceSuite({
      name: `gateway, front ${front}, fixture behind ${kind}`,
      start: async () => {
        const behind = await start();
        try {
          return await startGateway(front, behind);
        } catch (error) {
          await behind.process?.stop();
          throw error;
        }
      },
    });
  }
}
