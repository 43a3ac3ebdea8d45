/** What the operator is told of definitions: each thing once, until the configuration changes, and no more than some. */

import type { Logger } from 'pino';
import type { Withdrawn } from '../backends/backends.ts';
import { type Outcome, placesOf } from '../inspect/inspect.ts';

/** Things that are told one by one. */
const TOLD_MAX = 1_000;

export class DefinitionLog {
  readonly #log: Logger;
  readonly #told = new Set<string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** What passes although something was found in it; of what does not, the withdrawal is told. */
  found(server: string, kind: string, key: string, { kind: became, verdict }: Outcome): void {
    if (became === 'refused' || verdict === null) return;
    const findings = placesOf(verdict.findings);
    if (!this.#isNew(`${server} ${kind} ${key} ${JSON.stringify(findings)}`)) return;
    const about = { server, kind, name: key.slice(0, 128), action: verdict.action, findings };
    this.#log.warn(about, 'inspection');
  }

  withdrawn(server: string, { kind, key, why }: Withdrawn): void {
    if (!this.#isNew(`${server} ${kind} ${key} ${why}`)) return;
    this.#log.warn({ server, kind, name: key.slice(0, 128), why }, 'withdrawn');
  }

  #isNew(told: string): boolean {
    if (this.#told.has(told) || this.#told.size >= TOLD_MAX) return false;
    this.#told.add(told);
    return true;
  }

  forget(): void {
    this.#told.clear();
  }
}
