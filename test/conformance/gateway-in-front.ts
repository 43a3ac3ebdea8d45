/** The gateway in front of a fixture, over both ways to reach a server, as a target of the conformance suites. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixture, remote } from '../support/servers.ts';
import { type StartedProcess, startProcess } from '../support/spawn.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';
import type { RunningServer } from './conformance-suite.ts';

const GATEWAY = compiled('src/main.js');

/** server-sse-polling: a server that breaks a stream in mid-call is seen to take it up again. The gateway breaks none. */
export const UNBROKEN = { '2025-11-25': 1 } as const;

/** One `servers.fixture` entry, and the process behind it when the gateway does not start one itself. */
interface Behind {
  server: object;
  process?: StartedProcess;
}

export async function overStdio(name: string): Promise<Behind> {
  return { server: fixture(name, 'stdio') };
}

export async function overHttp(name: string): Promise<Behind> {
  const started = await remote(name);
  return { server: { url: started.ready }, process: started };
}

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

export async function start(front: string, behind: Behind): Promise<RunningServer> {
  try {
    return await startGateway(front, behind);
  } catch (error) {
    await behind.process?.stop();
    throw error;
  }
}
