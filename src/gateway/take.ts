/**
 * Notifications of a legacy client: what it cancels, and what its servers should know.
 */

import { isRefusal } from '../model.ts';
import type { Message } from '../protocol/message.ts';
import { reviewAnswer } from './review.ts';
import type { Session } from './session.ts';

/** Meant for the servers of this session, as they are. Others would reach servers that know nothing of this client. */
const FORWARDED = new Set(['notifications/roots/list_changed', 'notifications/tasks/status']);

export function forwardFromClient(session: Session, message: Message): void {
  const { method } = message;
  if (method === 'notifications/cancelled') {
    const id = message.text(message.requestIdStart, message.requestIdEnd);
    session.calls.get(id)?.cancel('the client cancelled the request');
  } else if (FORWARDED.has(method)) {
    forward(session, message);
  }
}

function forward(session: Session, message: Message): void {
  const { inspection } = session.route;
  const { method } = message;
  for (const [{ name: server }, opening] of session.leases) {
    void opening.then(async (lease) => {
      if (isRefusal(lease) || !lease.isLive) return;
      const reviewed = inspection.readsRequests
        ? await reviewAnswer(
            inspection,
            message,
            { server, original: '' },
            session.noting(server, method),
          )
        : message;
      if (!isRefusal(reviewed) && lease.isLive) lease.link.post(reviewed.bytes);
    });
  }
}
