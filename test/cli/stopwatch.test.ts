import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StopwatchReport } from '../../src/telemetry/stopwatch.ts';
import { skipOf } from '../support/fronts.ts';
import { gateway, type Program, placeOf, tiny } from './sluice.ts';

const CALLS = 25;

const config = (front: string) =>
  `listen: { port: 0, front: ${front} }
telemetry: { stopwatch: true }
servers: { tiny: ${tiny()} }
`;

describe('telemetry.stopwatch', { timeout: 180_000 }, () => {
  for (const front of ['uws', 'node'] as const) {
    it(`times every call that is relayed, with and without its writes (${front})`, {
      skip: skipOf(front),
    }, async (t) => {
      const { program, url } = await gateway(t, placeOf(t), config(front));
      await call(url, 'warm', 'echo');
      // It may have waited for the server to start, and then is no lap.
      assert.ok((await report(program)).calls <= 1);
      // One after the other: a call that waits for its turn at the server is no lap either.
      for (let at = 0; at < CALLS; at++) await call(url, `${at}`, 'echo');
      // Answered by the gateway itself: no lap.
      await call(url, 'absent', 'absent');
      const { calls, clockNs, logicUs, withWritesUs, partsUs } = await report(program);
      assert.equal(calls, CALLS);
      assert.ok(clockNs > 0);
      assert.ok(0 < logicUs.p50 && logicUs.p50 <= logicUs.p99 && logicUs.p99 <= logicUs.max);
      assert.ok(logicUs.p50 < withWritesUs.p50 && logicUs.max <= withWritesUs.max);
      assert.ok(
        Object.values(partsUs).every((us) => us > 0),
        JSON.stringify(partsUs),
      );
      assert.equal((await report(program)).calls, 0);
    });
  }
});

async function call(url: string, text: string, name: string): Promise<void> {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const params = { name, arguments: { text }, _meta: meta };
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': name,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: text, method: 'tools/call', params }),
  });
  const answer = (await response.json()) as { id: string; result?: unknown };
  assert.equal(answer.id, text);
  assert.equal(answer.result !== undefined, name === 'echo');
}

/** What SIGUSR2 makes the gateway write. */
async function report(program: Program): Promise<StopwatchReport> {
  const seen = program.stderr.length;
  program.child.kill('SIGUSR2');
  await program.shows('stderr', new RegExp(`^[\\s\\S]{${seen},}"stopwatch":.*\\n`));
  const line = program.stderr
    .slice(seen)
    .split('\n')
    .find((text) => text.startsWith('{"stopwatch"'));
  return (JSON.parse(line ?? '{}') as { stopwatch: StopwatchReport }).stopwatch;
}
