/**
 * Active probes: asks the server at the other end of a link for a sign of life, and gives the link up when none comes.
 *
 * It asks as the gateway, with the configured credentials: a probe that borrowed a user's token would take a server
 * away from everybody when that token expires. Whatever the server answers shows that it lives, a refusal to talk to us
 * included. The way back is the back-off of the backend, whose handshake is a probe too.
 */

import { isRefusal } from '../model.ts';
import type { Message } from '../protocol/message.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import { ask } from './ask.ts';
import type { ServerConfig } from './config.ts';
import type { Link } from './link.ts';

const WHY = 'it gave no sign of life';
const WORDS = 'The server behind this call gave no sign of life and is being replaced.';

type ProbeConfig = NonNullable<ServerConfig['probe']>;

/** Probes this link until it ends. Its timer keeps no process alive. */
export function probeLink(link: Link, config: ProbeConfig): void {
  let failures = 0;
  const again = () => {
    setTimeout(() => void probe(), config.intervalMs).unref();
  };
  const probe = async () => {
    if (!link.isLive) return;
    if (link.owner.isAsking === true) {
      again();
      return;
    }
    const { usedAt } = link;
    const method = link.era === 'modern' ? 'server/discover' : 'ping';
    const answer = ask(link, method, {}, config.timeoutMs);
    // A link that nobody else uses is idle, be it probed or not.
    link.usedAt = usedAt;
    const sign = signOf(await answer);
    if (sign === 'life') failures = 0;
    if (sign === 'none') failures += 1;
    if (failures < config.failuresMax) again();
    else if (link.isLive) void link.abandon(refuse('backend_unavailable', WORDS, undefined, WHY));
  };
  again();
}

function signOf(answer: Message | Refusal): 'life' | 'none' | 'unknown' {
  if (!isRefusal(answer)) return 'life';
  // Our own limit says nothing about the server.
  if (answer.code === 'busy') return 'unknown';
  const status = answer.data?.status;
  return typeof status === 'number' && status < 500 ? 'life' : 'none';
}
