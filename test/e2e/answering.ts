/**
 * A person and a model for tests: the answers of a client that can be asked anything, in either era.
 */

import type { Answer } from '../support/legacy-client.ts';
import type { Exchange, RpcMessage } from '../support/mcp-exchange.ts';
import type { ModernClient } from '../support/modern-client.ts';
import type { Json } from './running-gateway.ts';

export const CAPABILITIES: Json = {
  sampling: {},
  elicitation: { form: {} },
  roots: { listChanged: true },
};

const FORM = {
  username: 'ada',
  email: 'ada@example.com',
  name: 'Ada',
  color: 'blue',
  context: 'tea',
  ok: true,
};

/** Answers that carry `mark`, so that one client's can be told from another's. */
export function answersOf(mark: string): Record<string, Answer> {
  return {
    'sampling/createMessage': () => ({
      role: 'assistant',
      model: 'test',
      content: { type: 'text', text: `sampled by ${mark}` },
    }),
    'elicitation/create': () => ({ action: 'accept', content: { ...FORM, name: mark } }),
    'roots/list': () => ({ roots: [{ uri: `file:///${mark}`, name: mark }] }),
  };
}

const ROUNDS_MAX = 8;

/** A modern request, answering whatever is asked until it is done. */
export async function modernRequest(
  client: ModernClient,
  method: string,
  params: Json,
  answers: Record<string, Answer>,
): Promise<Exchange & { rounds: number }> {
  let more: Json = {};
  for (let rounds = 0; ; rounds++) {
    const exchange = await client.request(method, { ...params, ...more });
    const { result } = exchange;
    if (result?.resultType !== 'input_required' || rounds === ROUNDS_MAX) {
      return { ...exchange, rounds };
    }
    more = { inputResponses: await respond(result, answers) };
    if (result.requestState !== undefined) more.requestState = result.requestState;
  }
}

/** The inputResponses for what an InputRequiredResult asks. */
export async function respond(result: Json, answers: Record<string, Answer>): Promise<Json> {
  const responses: Json = {};
  for (const [key, question] of Object.entries(result.inputRequests ?? {})) {
    const { method, params } = question as RpcMessage;
    responses[key] = await answers[method ?? '']?.(params ?? {});
  }
  return responses;
}
