/**
 * What somebody is shown who decides over a call: which tool of which server, why he is asked, and the arguments in short.
 *
 * Secrets are taken out of the arguments first, whatever is done about them otherwise: the one who decides, his client and
 * the model behind it need not learn them. All of it may be an attacker's words, so it stays on one line each, and what
 * cannot be seen or turns the line around is written out: words in an argument must not look like words of the gateway.
 */

import type { Entry } from '../../backends/backends.ts';
import type { Call } from '../call.ts';

/** More than this nobody reads before he says yes. */
const ARGUMENTS_MAX = 1_000;
const NAME_MAX = 128;
const WHY_MAX = 600;

/** What is asked about; every text may be shown as it is. */
export interface Question {
  readonly server: string;
  readonly tool: string;
  readonly why: string;
  /** JSON text, cut; null where it may not be shown. */
  readonly args: string | null;
  /** Of the arguments as they are sent. */
  readonly argsBytes: number;
}

export function questionOf(
  call: Call,
  { server, original }: Entry,
  why: string,
  args: string | null,
): Question {
  const shown = args === null ? null : plain(args, ARGUMENTS_MAX);
  const argsBytes = Math.max(0, call.argsBytes);
  return {
    server,
    tool: plain(original, NAME_MAX),
    why: plain(why, WHY_MAX),
    args: shown,
    argsBytes,
  };
}

/** For the person behind a client. */
export function textOf({ server, tool, why, args, argsBytes }: Question): string {
  return [
    'May this call be made? Only this one call is approved, as it stands here.',
    `Tool: ${JSON.stringify(tool)} of the server ${JSON.stringify(server)}`,
    `Why you are asked: ${why}`,
    args === null
      ? `Arguments: ${argsBytes} bytes that cannot be shown`
      : `Arguments (${argsBytes} bytes): ${args}`,
  ].join('\n');
}

/** The arguments without secrets; null where these cannot be taken out surely. */
export function argumentsFor(call: Call, entry: Entry): string | null | Promise<string | null> {
  const { message, trail, route } = call;
  const { bytes, argumentsStart: start, argumentsEnd: end } = message;
  if (route.approvals.hidesArguments) return null;
  if (start < 0) return '{}';
  if (trail.isClear && route.inspection.clearsSecrets('request')) return call.argsText();
  const { server, original: tool, definition } = entry;
  const shown = route.inspection.shown(bytes, start, end, {
    direction: 'request',
    server,
    tool,
    definition,
  });
  return shown instanceof Promise ? shown.then(asText) : asText(shown);
}

function asText(shown: Buffer | undefined): string | null {
  return shown === undefined ? null : shown.utf8Slice();
}

/** Controls, invisible characters, marks that turn the direction of writing, and separators of lines are written out. */
export function plain(text: string, max: number): string {
  const cut = text.length > max ? `${text.slice(0, max)} … (cut)` : text;
  return cut.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (one) => `\\u{${one.codePointAt(0)!.toString(16)}}`);
}
