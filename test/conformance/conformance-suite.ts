/**
 * The conformance tests of one server, as node:test suites: columns that must reach full marks, and what is only
 * printed: the tasks extension, and columns that the server cannot fill.
 *
 * The columns run one after the other: each starts up to sixty connections of its own.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  COLUMNS,
  type Column,
  complaints,
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
  /** Columns that must reach full marks; all three when absent. */
  scored?: readonly Column[];
  /** Columns that are run for their summary line alone. */
  printed?: readonly Column[];
  /** Checks that are made of what this server never does. */
  notApplicable?: Partial<Record<Column, number>>;
  /** Why it cannot run here. */
  skip?: string | false;
  start(): Promise<RunningServer>;
}

export function conformanceSuite(target: ConformanceTarget): void {
  const { skip = false } = target;
  describe(`official conformance: ${target.name}`, { concurrency: 1, skip }, () => {
    let server: RunningServer | undefined;
    let tasks: SuiteResult | undefined;

    before(async () => {
      server = await target.start();
    });
    after(() => server?.stop());

    const scored = target.scored ?? COLUMNS;
    for (const column of scored) {
      it(`reaches full marks in column ${column}`, { timeout: 240_000 }, async (t) => {
        assert.ok(server);
        const result = withoutTasks(await runColumn(column, server.url));
        if (column === '2026-07-28') tasks = result.tasks;
        t.diagnostic(summaryLine(`${target.name}, ${column}`, result.core));
        const missing = shortfall(column, result.core, target.notApplicable?.[column]);
        if (missing !== undefined) assert.fail(`${missing}\n${server.output().slice(-2000)}`);
      });
    }

    for (const column of target.printed ?? []) {
      it(`tells how far column ${column} is (never fails)`, { timeout: 240_000 }, async (t) => {
        assert.ok(server);
        const { core } = withoutTasks(await runColumn(column, server.url));
        t.diagnostic(summaryLine(`${target.name}, ${column}`, core));
        const lines = complaints(core).split('\n').slice(0, 20);
        for (const line of lines) t.diagnostic(line.slice(0, 200));
      });
    }

    if (!scored.includes('2026-07-28')) return;
    it('tells how far the tasks extension is (never fails)', (t) => {
      if (tasks === undefined) t.skip('its column did not run');
      else t.diagnostic(summaryLine(`${target.name}, tasks extension`, tasks));
    });
  });
}
