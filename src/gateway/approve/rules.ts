/**
 * Which calls somebody is asked about, and who, by the configuration of one route.
 */

import type { Entry } from '../../backends/backends.ts';
import type { InspectConfig } from '../../inspect/inspect.ts';
import { Patterns } from '../../policy/policy.ts';
import type { Call } from '../call.ts';
import type { ApprovalsConfig } from '../config.ts';
import type { GatewayConfig } from '../parts.ts';

export class ApprovalRules {
  readonly config: ApprovalsConfig;
  /** Nobody is asked about anything: calls look no further. */
  readonly isOff: boolean;
  /** An operator is shown no arguments that the audit log may not keep either. */
  readonly hidesArguments: boolean;
  readonly #named: readonly { readonly text: string; readonly patterns: Patterns }[];
  readonly #known = new WeakMap<Entry, string>();

  constructor({
    approvals,
    inspect,
    audit,
  }: Pick<GatewayConfig, 'approvals' | 'inspect' | 'audit'>) {
    this.config = approvals;
    this.isOff = approvals.tools.length === 0 && !asksBySession(inspect);
    const { by } = approvals;
    const isKept =
      audit === undefined || audit.payloads === 'redacted' || audit.payloads === 'full';
    this.hidesArguments = by === 'operator' && !isKept;
    this.#named = approvals.tools.map((text) => ({ text, patterns: new Patterns([text]) }));
  }

  /** Why somebody must approve this call; '' where nobody need. */
  why({ trail: { suspect } }: Call, entry: Entry): string {
    if (entry.kind !== 'tool') return '';
    const named = this.#name(entry);
    return named === '' || suspect === '' ? named || suspect : `${suspect}; ${named}`;
  }

  #name(entry: Entry): string {
    let named = this.#known.get(entry);
    if (named === undefined) {
      const { server, original } = entry;
      const one = this.#named.find(({ patterns }) => patterns.has(server, original));
      named = one === undefined ? '' : `approvals.tools has "${one.text}"`;
      this.#known.set(entry, named);
    }
    return named;
  }
}

function asksBySession({ mode, session: { taint, sequence } }: InspectConfig): boolean {
  return mode === 'on' && (taint === 'approve' || sequence === 'approve');
}
