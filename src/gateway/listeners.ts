/**
 * `subscriptions/listen` of modern clients (2026-07-28 basic/patterns/subscriptions).
 *
 * The acknowledgement is the first message on the stream and every notification carries the listen request's id;
 * a client hears of nothing that it did not ask for. The stream ends with a result when the gateway closes.
 */

import { type Backend, findResource } from '../backends/backends.ts';
import { META } from '../protocol/eras.ts';
import { refuse } from '../protocol/refusal.ts';
import type { Call } from './call.ts';
import type { Interests } from './interests.ts';
import { maySee } from './permit.ts';

const LISTENERS_MAX = 10_000;
const RESOURCES_MAX = 1_000;
/** `notifications/tools/list_changed` → the filter member that asks for it. */
const FILTERS: Readonly<Record<string, string>> = {
  'notifications/tools/list_changed': 'toolsListChanged',
  'notifications/prompts/list_changed': 'promptsListChanged',
  'notifications/resources/list_changed': 'resourcesListChanged',
};

/** A resource that a stream hears of. */
export interface Heard {
  readonly backend: Backend;
  readonly original: string;
}

interface Listener {
  readonly call: Call;
  readonly wanted: ReadonlySet<string>;
  readonly heard: readonly Heard[];
}

export class Listeners {
  readonly #listeners = new Set<Listener>();
  readonly #interests: Interests;

  constructor(interests: Interests) {
    this.#interests = interests;
  }

  get size(): number {
    return this.#listeners.size;
  }

  open(call: Call): void {
    const filter = filterOf(call);
    if (filter === undefined) {
      call.refuse(refuse('invalid_params', 'params.notifications must say what to listen for.'));
      return;
    }
    if (this.#listeners.size >= LISTENERS_MAX) {
      call.refuse(refuse('busy'));
      return;
    }
    const wanted = new Set(Object.values(FILTERS).filter((member) => filter[member] === true));
    const granted: Record<string, unknown> = {};
    for (const member of wanted) granted[member] = true;
    const asked = filter.resourceSubscriptions;
    const uris = Array.isArray(asked) ? asked.filter((uri) => typeof uri === 'string') : [];
    if (uris.length > RESOURCES_MAX) {
      call.refuse(refuse('invalid_params', `At most ${RESOURCES_MAX} resources on one stream.`));
      return;
    }
    const heard: Heard[] = [];
    const found = uris.filter((uri) => {
      const target = this.#target(call, uri);
      if (target !== undefined) heard.push(target);
      return target !== undefined;
    });
    if (found.length > 0) granted.resourceSubscriptions = found;
    const listener = { call, wanted, heard };
    const ends: (() => void)[] = [];
    // Before anything is sent: sending may find the client gone, and nobody would end this again.
    call.onCancel = () => {
      this.#listeners.delete(listener);
      for (const end of ends) end();
    };
    this.#listeners.add(listener);
    call.push(
      notification(call, 'notifications/subscriptions/acknowledged', { notifications: granted }),
    );
    if (!call.isDone) ends.push(...found.map((uri) => this.#watch(call, uri)));
  }

  #target(call: Call, uri: string) {
    const found = findResource(call.route.catalog(call.profile), call.route.view, uri);
    if (found === undefined) return undefined;
    return maySee(call, 'resource', found.backend, found.original) ? found : undefined;
  }

  #watch(call: Call, uri: string): () => void {
    const target = this.#target(call, uri);
    if (target === undefined) return () => {};
    const { backend, original } = target;
    return this.#interests.add(backend, original, () => {
      call.push(notification(call, 'notifications/resources/updated', { uri }));
    });
  }

  /** A server's list changed: tells those whose route shows it and who asked. */
  listChanged(concerns: (path: string) => boolean, method: string): void {
    const member = FILTERS[method];
    if (member === undefined) return;
    for (const { call, wanted } of this.#listeners) {
      if (wanted.has(member) && concerns(call.route.path)) {
        call.push(notification(call, method, {}));
      }
    }
  }

  /** Ends every stream in order: a result says that it was not lost. */
  close(): void {
    for (const { call } of [...this.#listeners]) end(call, 'the gateway is shutting down');
  }

  /** Ends those that may no longer be as they were granted: its client asks anew, and is told what it may hear. */
  recheck(isAllowed: (call: Call, heard: readonly Heard[]) => boolean): void {
    for (const { call, heard } of [...this.#listeners]) {
      if (!isAllowed(call, heard)) end(call, 'the caller may no longer listen');
    }
  }
}

function end(call: Call, reason: string): void {
  const ended = call.onCancel;
  call.result(`"_meta":{"${META}subscriptionId":${call.id}}`);
  ended?.(reason);
}

function filterOf(call: Call): Record<string, unknown> | undefined {
  const { message } = call;
  const params = message.value(message.paramsStart, message.paramsEnd) as
    | { notifications?: unknown }
    | undefined;
  const filter = params?.notifications;
  return typeof filter === 'object' && filter !== null && !Array.isArray(filter)
    ? (filter as Record<string, unknown>)
    : undefined;
}

function notification(call: Call, method: string, params: Record<string, unknown>): Buffer {
  const text = JSON.stringify(params);
  const rest = text === '{}' ? '' : `,${text.slice(1, -1)}`;
  return Buffer.from(
    `{"jsonrpc":"2.0","method":"${method}","params":{"_meta":{"${META}subscriptionId":${call.id}}${rest}}}`,
  );
}
