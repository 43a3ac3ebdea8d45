/** The routes of calls that wait until an operator approves them. Each stands for one call, and goes with it. */

import type { PendingApproval } from '../../gateway/gateway.ts';
import * as answers from '../answers.ts';
import type { AdminHouse } from '../contract.ts';
import { fault } from '../fault.ts';
import { type Asked, type Route, route } from '../route.ts';
import { iso } from './page.ts';

const NONE = fault(
  'not_found',
  'No call of this id waits: it was decided, has ended, or its time is over.',
);

function shown({ askedAt, expiresAt, ...rest }: PendingApproval): object {
  return { ...rest, askedAt: iso(askedAt), expiresAt: iso(expiresAt) };
}

function decide(outcome: 'granted' | 'denied') {
  return (
    { gateway: { operator } }: AdminHouse,
    { params: { id = '' }, who }: Asked<unknown, unknown>,
  ) => {
    const pending = operator.approvals().find((one) => one.id === id);
    return pending !== undefined && operator.decide(id, outcome, who) ? shown(pending) : NONE;
  };
}

export const APPROVAL_ROUTES: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/approvals',
    id: 'listApprovals',
    summary: 'Calls that wait for an operator (`approvals.by`), the oldest first.',
    needs: 'approve',
    answer: answers.approvalsAnswer,
    handle: ({ gateway }) => ({ approvals: gateway.operator.approvals().map(shown) }),
  }),
  route({
    method: 'POST',
    path: '/api/approvals/{id}/approve',
    id: 'approveCall',
    summary: 'Lets this one call go on, as it is.',
    needs: 'approve',
    answer: answers.approvalAnswer,
    handle: decide('granted'),
  }),
  route({
    method: 'POST',
    path: '/api/approvals/{id}/deny',
    id: 'denyCall',
    summary: 'Refuses the call (`approval_required`).',
    needs: 'approve',
    answer: answers.approvalAnswer,
    handle: decide('denied'),
  }),
];
