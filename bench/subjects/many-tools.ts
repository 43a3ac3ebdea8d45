/**
 * A server with many tools, each of which answers at once: `many-tools.js COUNT`. For what grows with the number of tools
 * that were called; its own cost is nobody's concern.
 */

import { createInterface } from 'node:readline';
import { LATEST_LEGACY } from '../../src/protocol/eras.ts';

const count = Number(process.argv[2] ?? 100);
const tools = Array.from({ length: count }, (_, at) => {
  return { name: `tool_${at}`, inputSchema: { type: 'object' } };
});
const RESULTS: Readonly<Record<string, object>> = {
  initialize: {
    protocolVersion: LATEST_LEGACY,
    capabilities: { tools: {} },
    serverInfo: { name: 'bench-many-tools', version: '1.0.0' },
  },
  'tools/list': { tools },
  'tools/call': { content: [{ type: 'text', text: 'done' }] },
};

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, method } = JSON.parse(line) as { id?: number; method: string };
    if (id === undefined) return;
    const result = RESULTS[method] ?? {};
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
  })
  .on('close', () => process.exit(0));
