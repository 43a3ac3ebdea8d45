/** Opens a link to a server that ignores SIGTERM, and exits without closing it. For stdio-process.test.ts. */

import { fixture, script, User } from './link-user.ts';

const stubborn = script(`
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 1000);
  process.stdin.on('data', (data) => {
    for (const line of String(data).trim().split('\\n')) {
      const { id, method } = JSON.parse(line);
      const hello = { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: String(process.pid), version: '1' } };
      if (method === 'initialize') process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result: hello }) + '\\n');
    }
  });`);

const user = await User.open(stubborn, {}, { era: 'legacy', transport: 'stdio' });
await User.open(fixture('echo'), {}, { era: 'legacy', transport: 'stdio' });
console.log(`pid ${(user.link.hello.serverInfo as { name: string }).name}`);
process.exitCode = 7;
setImmediate(() => process.exit());
