/**
 * What a caller is told whose call was not approved: what happened, that nothing was sent, and what can be done.
 */

import { type Refusal, refuse } from '../../protocol/refusal.ts';
import type { ApprovalsConfig } from '../config.ts';
import type { By, Outcome } from './approvals.ts';

type Words = Readonly<Record<Exclude<Outcome, 'granted'>, string>>;

const WORDS: Readonly<Record<By, Words>> = {
  caller: {
    denied:
      'The person who was asked has declined this call. Nothing was sent. Do not try again unless they ask for it.',
    cancelled:
      'The person who was asked whether this call may be made has dismissed the question. Nothing was sent.',
    expired: 'Nobody answered in time whether this call may be made. Nothing was sent.',
    unavailable:
      'A person must approve this call, and this client did not ask one. Nothing was sent. Use a client that supports ' +
      'elicitation by forms, or ask the operator of this gateway.',
  },
  operator: {
    denied:
      'An operator of this gateway has denied this call. Nothing was sent. Do not try again unless they ask for it.',
    cancelled: 'The call ended before an operator had decided over it. Nothing was sent.',
    expired: 'No operator of this gateway decided in time over this call. Nothing was sent.',
    unavailable:
      'An operator must approve this call, and none can: this gateway has no admin API. Nothing was sent.',
  },
};

export function refusalFor(by: By, outcome: Outcome, { deadlineMs }: ApprovalsConfig): Refusal {
  if (outcome === 'granted') throw new Error('what is granted is not refused');
  const time = outcome === 'expired' ? ` (The time is ${Math.round(deadlineMs / 1000)} s.)` : '';
  const words = `${WORDS[by][outcome]}${time}`;
  return refuse('approval_required', words, { approval: outcome, by });
}
