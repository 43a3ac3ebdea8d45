/** The routes of those who call: callers, their sessions, and the limits on both. */

import * as answers from '../answers.ts';
import { fault } from '../fault.ts';
import { type Route, route } from '../route.ts';
import { iso, page } from './page.ts';

export const CALLER_ROUTES: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/callers',
    id: 'listCallers',
    summary: 'Who has a session or a call in flight.',
    needs: 'see',
    answer: answers.callersAnswer,
    handle: async ({ gateway }) => ({ callers: await gateway.operator.callers() }),
  }),
  route({
    method: 'DELETE',
    path: '/api/callers/{caller}',
    id: 'endCaller',
    summary:
      'Ends sessions, streams and calls of a caller, who may come again: to keep it out, stop or revoke it.',
    needs: 'operate',
    answer: answers.endedAnswer,
    async handle(house, { params: { caller = '' } }) {
      const here = await house.gateway.operator.callers();
      const known = here.find(({ id }) => id === caller);
      if (known === undefined) return fault('not_found', 'Nobody of this id is here.');
      house.endCaller(caller);
      return { ended: known.sessions };
    },
  }),
  route({
    method: 'GET',
    path: '/api/callers/{caller}/limits',
    id: 'getCallerLimits',
    summary: 'How limits that count by the caller stand for one that is here.',
    needs: 'see',
    answer: answers.callerLimitsAnswer,
    handle({ gateway }, { params: { caller = '' } }) {
      const limits = gateway.operator.limitsFor(caller);
      if (limits === undefined) return fault('not_found', 'Nobody of this id is here.');
      const dated = limits.map(({ quota, ...limit }) =>
        quota === undefined
          ? limit
          : { ...limit, quota: { ...quota, resetsAt: iso(quota.resetsAt) } },
      );
      return { limits: dated };
    },
  }),
  route({
    method: 'GET',
    path: '/api/sessions',
    id: 'listSessions',
    summary:
      'Sessions of clients that speak 2025-11-25 or older, in the order in which they began.',
    needs: 'see',
    query: page,
    answer: answers.sessionsAnswer,
    handle({ gateway }, { query: { offset, limit } }) {
      const { total, sessions } = gateway.operator.sessions(offset, limit);
      const dated = sessions.map((session) => {
        return { ...session, openedAt: iso(session.openedAt), usedAt: iso(session.usedAt) };
      });
      return { total, sessions: dated };
    },
  }),
  route({
    method: 'DELETE',
    path: '/api/sessions/{session}',
    id: 'endSession',
    summary: 'Ends a session, by its handle, with what is in flight in it.',
    needs: 'operate',
    answer: answers.endedAnswer,
    handle: async ({ gateway }, { params: { session = '' } }) =>
      (await gateway.operator.endSession(session))
        ? { ended: 1 }
        : fault('not_found', 'There is no such session.'),
  }),
  route({
    method: 'GET',
    path: '/api/limits',
    id: 'listLimits',
    summary: 'Every limit, and how many calls it has refused.',
    needs: 'see',
    answer: answers.limitsAnswer,
    handle: ({ gateway }) => ({ limits: gateway.operator.limits() }),
  }),
];
