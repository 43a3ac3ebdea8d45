/** One thread of the pool: rules of its own over shared tables, one message at a time. */

import './low-priority.ts';
import { workerData } from 'node:worker_threads';
import { rulesWith } from './catalog.ts';
import { LATE, OutOfTime } from './deadline.ts';
import { Preparation } from './preparation.ts';
import type { Finding, Leaf } from './rule.ts';
import type { AllTables, Operator } from './rule-set.ts';
import { findingsIn, type Task } from './task.ts';

/** What a thread is started with. */
export interface Setup {
  readonly operator: Operator;
  readonly tables: AllTables;
}

export interface Order {
  readonly bytes: Uint8Array;
  /** Where they stood in the message: findings are told in its places. */
  readonly start: number;
  readonly about: Task;
  /** On the clock of deadline.ts. */
  readonly until: number;
}

const setup = workerData as Setup;
const rules = rulesWith(setup.operator, setup.tables);

// While there is no message: what one needs that is not there yet is compiled at the cost of its deadline.
Preparation.of(rules).begin(setImmediate);

/** Makes what the first text of all would have to wait for. */
const FIRST: Order = {
  bytes: Buffer.from('"a"'),
  start: 0,
  about: { direction: 'response', tool: '', definition: null },
  until: Number.POSITIVE_INFINITY,
};

/** Null asks whether the thread is ready. */
export default function inspect(order: Order | null): Finding[] | typeof LATE {
  const { bytes, start, about, until } = order ?? FIRST;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    return plain(findingsIn(buffer, 0, buffer.length, about, rules, until), start);
  } catch (error) {
    if (error instanceof OutOfTime) return LATE;
    throw error;
  }
}

/** Without getters and private fields, which cannot cross; findings in one string go on sharing it. */
function plain(findings: readonly Finding[], by: number): Finding[] {
  const leaves = new Map<Leaf, Leaf>();
  return findings.map((finding) => {
    if (finding.leaf === null) return finding;
    const leaf = leaves.get(finding.leaf) ?? placed(finding.leaf, by);
    leaves.set(finding.leaf, leaf);
    return { ...finding, leaf };
  });
}

function placed({ text, path, start, end, isKey }: Leaf, by: number): Leaf {
  return start < 0
    ? { text, path, start, end, isKey }
    : { text, path, start: start + by, end: end + by, isKey };
}
