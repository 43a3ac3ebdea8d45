/**
 * The conformance tests of one server, as node:test suites: three columns that must reach full marks, and the tasks
 * extension, which only prints what it gives.
 *
 * The columns run one after the other: each starts up to sixty connections of its own.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  COLUMNS,
  runColumn,
  type SuiteResult,
  shortfall,
  summaryLine,
  withoutTasks,
} from '../support/conformance.ts';

export interface RunningServer {
  /** The MCP endpoint, `http://127.0.0.1:PORT/…`. */
  url: string;
  /** What the server wrote, for the message of a failure. */
  output(): string;
  stop(): Promise<unknown>;
}

export interface ConformanceTarget {
  name: string;
  start(): Promise<RunningServer>;
}

export function conformanceSuite(target: ConformanceTarget): void {
  describe(`official conformance: ${target.name}`, { concurrency: 1 }, () => {
    let server: RunningServer | undefined;
    let tasks: SuiteResult | undefined;

    before(async () => {
      server = await target.start();
    });
    after(() => server?.stop());

    for (const column of COLUMNS) {
      it(`reaches full marks in column ${column}`, { timeout: 240_000 }, async (t) => {
        assert.ok(server);
        const result = withoutTasks(await runColumn(column, server.url));
        if (column === '2026-07-28') tasks = result.tasks;
        t.diagnostic(summaryLine(`${target.name}, ${column}`, result.core));
        const missing = shortfall(column, result.core);
        if (missing !== undefined) assert.fail(`${missing}\n${server.output().slice(-2000)}`);
      });
    }

    it('tells how far the tasks extension is (never fails)', (t) => {
      if (tasks === undefined) t.skip('its column did not run');
      else t.diagnostic(summaryLine(`${target.name}, tasks extension`, tasks));
    });
  });
}
