/**
 * What of a call's arguments and result may be kept, and where they are: the one place that decides it, for all who keep any.
 */

import { type AuditConfig, type Payload, Way } from '../audit/audit.ts';
import type { Call } from './call.ts';

/** Methods whose arguments and result are the caller's business and worth keeping; lists are the gateway's own words. */
export const SPOKEN: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read']);

export class Payloads {
  /** Of the call that was read last; see `forget`. */
  readonly args: Payload = { bytes: null, start: 0, end: 0, way: Way.none };
  readonly result: Payload = { bytes: null, start: 0, end: 0, way: Way.none };
  #audit: AuditConfig | undefined;

  /** Without an audit log nobody has decided that anything may be kept. */
  constructor(audit: AuditConfig | undefined) {
    this.#audit = audit;
  }

  configure(audit: AuditConfig | undefined): void {
    this.#audit = audit;
  }

  read(call: Call): void {
    this.args.way = Way.none;
    this.result.way = Way.none;
    const { message, trail, route, found } = call;
    const audit = this.#audit;
    if (audit === undefined || audit.payloads === 'none' || !SPOKEN.has(message.method)) return;
    const { inspection } = route;
    const { args, result } = this;
    args.bytes = message.bytes;
    args.start = message.argumentsStart;
    args.end = message.argumentsEnd;
    if (args.start >= 0)
      args.way = wayOf(audit, args, trail.isClear && inspection.clearsSecrets('request'));
    result.bytes = trail.body;
    result.start = trail.bodyStart;
    result.end = trail.bodyEnd;
    if (result.bytes === null || call.refusal !== null) return;
    const isClear =
      !trail.isPartlyRead &&
      inspection.clearsSecrets('response') &&
      result.end - result.start <= inspection.config.maxBytes &&
      (found === null ||
        !found.some(({ direction, action }) => direction === 'response' && action === 'flag'));
    result.way = wayOf(audit, result, isClear);
  }

  /** Holds on to no message. */
  forget(): void {
    this.args.bytes = null;
    this.result.bytes = null;
  }
}

/** `isClear`: inspection lets it be seen. What it has not looked at is not shown, whatever it is. */
function wayOf(audit: AuditConfig, { start, end }: Payload, isClear: boolean): Way {
  if (audit.payloads === 'hash' || end - start > audit.payloadBytesMax) return Way.hash;
  return audit.payloads === 'full' || isClear ? Way.whole : Way.hash;
}
