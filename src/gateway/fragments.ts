/**
 * The ends of what a session (of a modern client: its caller) has sent and was shown, read together with what comes next:
 * for secrets that travel in pieces, over calls, results and events.
 *
 * Off unless configured. Memory is bounded, whoever calls however often.
 */

import type { Entry } from '../backends/backends.ts';
import { type Inspection, leavesOf, type Outcome } from '../inspect/inspect.ts';
import { Lru } from '../lib/lru.ts';
import type { Message } from '../protocol/message.ts';
import type { Call } from './call.ts';
import type { Speaker } from './review.ts';

const SESSIONS_MAX = 10_000;
/** Of one session: names of parameters and servers, and characters kept of each. */
const NAMES_MAX = 16;
const TAIL_CHARS = 256;
/** What is longer is no piece: it is read by itself, and what came before it is forgotten. */
const HEARD_BYTES_MAX = 64 * 1024;
/** Members that stand between the pieces and are no words to a reader. */
const BETWEEN: ReadonlySet<string> = new Set(
  'type mimeType role level logger progressToken resultType'.split(' '),
);

type Found = Outcome | undefined | Promise<Outcome | undefined>;

export class Fragments {
  readonly #tails = new Lru<string, Map<string, string>>(SESSIONS_MAX);

  /** What is found in the short texts of this call when they follow those of the calls before. */
  sent(call: Call, { server, original: tool }: Entry): Found {
    const { args } = call;
    if (typeof args !== 'object' || args === null) return undefined;
    const pairs: Record<string, string[]> = Object.create(null);
    for (const [name, value] of Object.entries(args)) {
      if (typeof value !== 'string' || value === '' || value.length > TAIL_CHARS) continue;
      const tail = this.#follow(call, `> ${name}`, value);
      if (tail !== '') pairs[name] = [tail, value];
    }
    if (Object.keys(pairs).length === 0) return undefined;
    const about = { direction: 'request', server, tool, definition: null } as const;
    return whole(call.route.inspection, pairs, about);
  }

  /** The same of what a server says to this session: results, errors, progress, logs. */
  heard(call: Call, { server, original: tool }: Speaker, message: Message): Found {
    const isReply = message.bodyStart >= 0;
    const start = isReply ? message.bodyStart : message.paramsStart;
    const end = isReply ? message.bodyEnd : message.paramsEnd;
    if (start < 0) return undefined;
    const name = `< ${server}`;
    if (end - start > HEARD_BYTES_MAX) {
      this.#tails.get(keyOf(call))?.delete(name);
      return undefined;
    }
    const text = leavesOf(message.value(start, end))
      .filter(({ isKey, path }) => !isKey && !BETWEEN.has(path.slice(path.lastIndexOf('/') + 1)))
      .map((leaf) => leaf.text)
      .join('');
    if (text === '') return undefined;
    const tail = this.#follow(call, name, text);
    if (tail === '') return undefined;
    const about = { direction: 'response', server, tool, definition: null } as const;
    return whole(call.route.inspection, [tail, text.slice(0, TAIL_CHARS)], about);
  }

  /** What came before of this name; from now on this is what came last. */
  #follow(call: Call, name: string, text: string): string {
    const key = keyOf(call);
    const tails = this.#tails.get(key) ?? new Map<string, string>();
    const tail = tails.get(name) ?? '';
    tails.delete(name);
    tails.set(name, `${tail}${text}`.slice(-TAIL_CHARS));
    if (tails.size > NAMES_MAX) tails.delete(tails.keys().next().value as string);
    this.#tails.set(key, tails);
    return tail;
  }
}

function whole(
  inspection: Inspection,
  pieces: unknown,
  about: Parameters<Inspection['inspect']>[3],
): Found {
  const bytes = Buffer.from(JSON.stringify(pieces));
  const outcome = inspection.inspectAlone(bytes, 0, bytes.length, about);
  return outcome instanceof Promise ? outcome.then(onlyJoined) : onlyJoined(outcome);
}

/**
 * Pieces of commands and of prose make others when they are joined; a secret is one or it is not. What stands in one piece
 * alone was judged with its own message.
 */
function onlyJoined(outcome: Outcome | undefined): Outcome | undefined {
  const isJoined = (outcome?.verdict?.findings ?? []).some(
    ({ class: kind, action, leaf }) =>
      kind === 'secret' && action !== 'flag' && (leaf === null || leaf.start < 0),
  );
  return isJoined ? outcome : undefined;
}

/** Whose memory it is. */
export function keyOf({ session, caller }: Call): string {
  return session === null ? `caller ${caller.id}` : `session ${session.id}`;
}
