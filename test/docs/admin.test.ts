/** The commands of docs/admin.md for certificates make what its configuration and its command line take. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { run } from '../cli/sluice.ts';
import { RunningGateway } from '../e2e/running-gateway.ts';
import { projectFolder, temporaryFolder } from '../support/temp.ts';

const text = readFileSync(join(projectFolder(), 'docs/admin.md'), 'utf8');
const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block!);

function canMake(): boolean {
  try {
    // Of 3.0 on; before, extensions of a request were left out.
    return /^OpenSSL ([3-9]|[1-9]\d)\./.test(
      execFileSync('openssl', ['version'], { encoding: 'utf8' }),
    );
  } catch {
    return false;
  }
}

describe('docs/admin.md', {
  timeout: 120_000,
  skip: !canMake() && 'there is no openssl 3 here',
}, () => {
  it('its certificates open the admin API to who has one, and to nobody else', async (t) => {
    const folder = temporaryFolder('docs-admin');
    const making = blocks.find((block) => block.includes('openssl req'));
    execFileSync('sh', ['-ec', making!], { cwd: folder, stdio: 'ignore' });
    const tls = (name: string) => join(folder, 'tls', name);
    const gateway = await RunningGateway.start({
      admin: {
        port: 0,
        tls: { cert: tls('cert.pem'), key: tls('key.pem'), clientCa: tls('ca.pem') },
        mtls: [{ id: 'prometheus', subject: 'prometheus.internal', roles: ['viewer'] }],
      },
      servers: {},
    });
    t.after(() => gateway.stop());
    const opened = /"url":"https:\/\/[^"]+:(\d+)","msg":"the admin API is open"/;
    await gateway.logs(opened);
    const port = opened.exec(gateway.process.stderr())![1];
    const asking = blocks.find((block) => block.startsWith('sluice admin health --url'))!;
    const args = asking.trim().replace(':7333', `:${port}`).split(' ').slice(1);
    const known = await run({ folder }, ...args);
    assert.equal(known.code, 0, known.stderr);
    assert.match(known.stdout, /^ready +true$/m);
    const stranger = await run({ folder }, ...args.slice(0, args.indexOf('--cert')));
    assert.equal(stranger.code, 69);
  });
});
