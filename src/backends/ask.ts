/**
 * One request of the gateway's own to a server (lists, subscriptions), as a promise.
 *
 * Not for calls of callers: those are relayed byte for byte in `gateway/relay.ts` without a promise.
 */

import { META } from '../protocol/eras.ts';
import { NAME, VERSION } from '../protocol/identity.ts';
import type { Message } from '../protocol/message.ts';
import type { Refusal } from '../protocol/refusal.ts';
import type { Link, Mirror } from './link.ts';

const CLIENT_INFO = { name: NAME, version: VERSION };

/** The bytes of one request; a modern server finds its version and our (empty) capabilities in `_meta`. */
export function requestBytes(
  link: Link,
  id: number,
  method: string,
  params: Record<string, unknown>,
): Buffer {
  const body =
    link.era === 'modern'
      ? {
          ...params,
          _meta: {
            [`${META}protocolVersion`]: link.version,
            [`${META}clientCapabilities`]: {},
            [`${META}clientInfo`]: CLIENT_INFO,
          },
        }
      : params;
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, method, params: body }));
}

export function mirrorOf(method: string, name = ''): Mirror {
  return { method, name, params: [] };
}

export function ask(
  link: Link,
  method: string,
  params: Record<string, unknown>,
  timeoutMs: number,
): Promise<Message | Refusal> {
  const id = link.nextId();
  return answerTo(link, id, requestBytes(link, id, method, params), method, timeoutMs);
}

export function answerTo(
  link: Pick<Link, 'send'>,
  id: number,
  bytes: Buffer,
  method: string,
  timeoutMs: number,
): Promise<Message | Refusal> {
  return new Promise((resolve) => {
    const receiver = { onReply: resolve, onFail: resolve, onMessage: () => {} };
    link.send(id, bytes, receiver, timeoutMs, mirrorOf(method));
  });
}

/** Answers a server's request that nobody here can serve. */
export function notSupported(message: Message): Buffer {
  const error = { code: -32601, message: 'The client did not declare the capability for this.' };
  return Buffer.from(`{"jsonrpc":"2.0","id":${message.id},"error":${JSON.stringify(error)}}`);
}
