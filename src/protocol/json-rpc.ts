/**
 * Bytes to a JSON-RPC message that means one thing, or the reason why not.
 *
 * Plain messages take the fast lane: one scan, no copy. What is unusual takes the slow lane: parsed, written
 * canonically, and scanned like the rest, so that `bytes` are always what was judged. Both lanes end in the same
 * `judge`. Nothing here knows MCP methods beyond the two notifications whose params carry a request's id.
 *
 *   bytes -> UTF-8? -> scan -> judge -> Message
 *                       | SLOW            ^
 *                       +-> JSON.parse -> canonical bytes -> scan
 */

import { isAscii, isUtf8 } from 'node:buffer';
import { jsonOf } from '../lib/json.ts';
import {
  canonicalise,
  canonicaliseKeepingNumbers,
  escapeLineEnds,
  respace,
  survey,
} from './canonical.ts';
import { elements } from './members.ts';
import { type Fault, Kind, Message } from './message.ts';
import { DEPTH_CEILING, Scanner } from './scan.ts';
import { DEEP, SLOW } from './tokens.ts';

/** Deeper than any honest schema or argument, shallow enough for every parser behind us. */
export const DEPTH_MAX = 64;

const NOT_JSON = 'The message is not valid JSON.';
const NOT_UTF8 = 'The message is not valid UTF-8.';
const TOO_DEEP = 'The message is nested too deeply.';
const INEXACT = 'A number in the message is not exact as a double-precision number.';

/** The scanner keeps its key stack between messages; nothing in here yields, so one serves all. */
const scanner = new Scanner();

export function isFault(value: object): value is Fault {
  return !(value instanceof Message) && 'why' in value;
}

/**
 * Reads one message. `bytes` must not change afterwards: the Message holds them, not a copy. `depthMax` counts
 * objects and arrays, the message itself included.
 */
export function read(bytes: Buffer, depthMax = DEPTH_MAX): Message | Fault {
  if (!isAscii(bytes)) {
    if (!isUtf8(bytes)) return fault('parse', NOT_UTF8);
    bytes = escapeLineEnds(bytes);
  }
  bytes = trim(bytes);
  const length = bytes.length;
  if (length < 2 || bytes[0] !== 0x7b || bytes[length - 1] !== 0x7d) return notAnObject(bytes);
  const limit = Math.min(depthMax, DEPTH_CEILING);
  const message = new Message(bytes);
  const end = scanner.scan(message, 0, length, limit, false);
  if (end === DEEP) return fault('parse', TOO_DEEP);
  if (end === SLOW) return readSlowly(bytes, limit);
  if (end !== length) return fault('parse', NOT_JSON);
  return judge(message, false) ?? readSlowly(bytes, limit);
}

/** A batch of 2025-03-26: each element is read for itself. A Fault where there is no batch of 1 to `max` messages. */
export function readBatch(
  bytes: Buffer,
  max: number,
  depthMax = DEPTH_MAX,
): (Message | Fault)[] | Fault {
  if (!isUtf8(bytes)) return fault('parse', NOT_UTF8);
  bytes = trim(bytes);
  if (bytes[0] !== 0x5b) return fault('invalid', 'The body is not a batch.');
  const text = bytes.utf8Slice();
  // The elements are bounded by `read`; before that only the memory of JSON.parse is at stake.
  if (survey(text).depth > depthMax + 1) return fault('parse', TOO_DEEP);
  const parsed = jsonOf(text);
  if (!Array.isArray(parsed)) return fault('parse', NOT_JSON);
  if (parsed.length === 0) return fault('invalid', 'The batch is empty.');
  if (parsed.length > max) return fault('invalid', 'The batch holds too many messages.');
  return elements(bytes, 0, bytes.length).map(({ start, end }) =>
    read(bytes.subarray(start, end), depthMax),
  );
}

/** JSON.parse accepts blanks around the text, newlines too; what is relayed is the object alone. */
function trim(bytes: Buffer): Buffer {
  let start = 0;
  let end = bytes.length;
  while (start < end && isBlank(bytes[start]!)) start++;
  while (end > start && isBlank(bytes[end - 1]!)) end--;
  return start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function notAnObject(bytes: Buffer): Fault {
  const text = bytes.utf8Slice();
  if (survey(text).depth > DEPTH_CEILING) return fault('parse', TOO_DEEP);
  const value = jsonOf(text);
  if (value === undefined) return fault('parse', NOT_JSON);
  if (Array.isArray(value)) return fault('invalid', 'A batch is not accepted here.');
  return fault('invalid', 'The message is not a JSON object.');
}

function readSlowly(bytes: Buffer, depthMax: number): Message | Fault {
  const text = bytes.utf8Slice();
  const { depth, inexact } = survey(text);
  if (depth > depthMax) return fault('parse', TOO_DEEP);
  const value = jsonOf(text);
  if (value === undefined) return fault('parse', NOT_JSON);
  if (bytes.includes(0x0a) || bytes.includes(0x0d)) {
    // Most messages come here because they are indented: without newlines they are plain, digits and all.
    const message = new Message(respace(bytes));
    const end = scanner.scan(message, 0, bytes.length, depthMax, false);
    const judged = end === bytes.length ? judge(message, false) : null;
    if (judged !== null) return judged;
  }
  const id = idOf(value as { id?: unknown });
  const isAnswer = typeof value === 'object' && value !== null && !Object.hasOwn(value, 'method');
  if (inexact && !isAnswer) return fault('invalid', INEXACT, id);
  const message = new Message(
    isAnswer ? canonicaliseKeepingNumbers(text) : canonicalise(value, text),
  );
  const end = scanner.scan(message, 0, message.bytes.length, depthMax, true);
  if (end !== message.bytes.length) return fault('parse', NOT_JSON, id);
  // 2^60 is exact, yet JSON.stringify shortens its digits and a server with big integers would read another value.
  if (scanner.inexact && !isAnswer) return fault('invalid', INEXACT, id);
  return judge(message, true) ?? fault('invalid', 'The id is not a short string or an integer.');
}

function idOf({ id }: { id?: unknown }): string {
  return typeof id === 'string' || Number.isSafeInteger(id) ? JSON.stringify(id) : 'null';
}

/** Decides about what the scanner has just seen; null where the canonical form must be made first. */
function judge(message: Message, canonical: boolean): Message | Fault | null {
  const { bytes } = message;
  const id = idForm(bytes, message.idStart, message.idEnd, canonical);
  if (id === Form.unplain) return null;
  const no = (why: string, kind: Fault['kind'] = 'invalid') =>
    fault(kind, why, id === Form.good ? message.id : 'null');
  if (scanner.nulKey) return no('A key contains a NUL character.', 'parse');
  if (scanner.jsonrpcStart < 0) return no('The member jsonrpc is missing.');
  if (!isVersion2(bytes)) {
    return canonical || !isString(bytes, scanner.jsonrpcStart)
      ? no('The member jsonrpc is not "2.0".')
      : null;
  }
  if (scanner.folded) return no('A key differs from a known one by case only.');
  if (scanner.unknownTop) return no('The message has a member that JSON-RPC does not know.');
  if (scanner.twins) return no('Two arguments differ by case only.');
  if (scanner.methodStart < 0) return answer(message, id, no);
  if (message.bodyStart >= 0 || scanner.errorStart >= 0) {
    return no('The message is both a request and an answer.');
  }
  if (!isString(bytes, scanner.methodStart)) return no('The method is not a string.');
  if (message.idStart < 0) message.kind = Kind.notification;
  else if (id !== Form.good) return no('The id is not a short string or an integer.');
  message.method = methodOf(bytes, scanner.methodStart, scanner.methodEnd);
  if (message.paramsStart >= 0 && !isObject(bytes, message.paramsStart)) {
    return no('The params are not an object.');
  }
  if (message.metaStart >= 0 && !isObject(bytes, message.metaStart)) {
    return no('The member _meta is not an object.');
  }
  return message.kind === Kind.request
    ? request(message, canonical, no)
    : notification(message, canonical, no);
}

type No = (why: string) => Fault;

function request(message: Message, canonical: boolean, no: No): Message | Fault | null {
  const { bytes } = message;
  if (scanner.inexact) return no(INEXACT);
  if (message.nameStart >= 0 && !isString(bytes, message.nameStart)) {
    return no('The name is not a string.');
  }
  if (message.uriStart >= 0 && !isString(bytes, message.uriStart)) {
    return no('The URI is not a string.');
  }
  if (message.argumentsStart >= 0 && !isObject(bytes, message.argumentsStart)) {
    return no('The arguments are not an object.');
  }
  if (message.versionStart >= 0 && !isString(bytes, message.versionStart)) {
    return no('The protocol version is not a string.');
  }
  if (scanner.metaTokenStart >= 0) {
    const form = idForm(bytes, scanner.metaTokenStart, scanner.metaTokenEnd, canonical);
    if (form === Form.unplain) return null;
    if (form === Form.bad) return no('The progress token is not a short string or an integer.');
    message.tokenStart = scanner.metaTokenStart;
    message.tokenEnd = scanner.metaTokenEnd;
  }
  message.requestIdStart = message.requestIdEnd = -1;
  message.subscriptionStart = message.subscriptionEnd = -1;
  return message;
}

/** Nobody answers a notification, so what has the wrong type counts as absent, except where an id is the point. */
function notification(message: Message, canonical: boolean, no: No): Message | Fault | null {
  const { bytes } = message;
  if (!isString(bytes, message.nameStart)) message.nameStart = message.nameEnd = -1;
  if (!isString(bytes, message.uriStart)) message.uriStart = message.uriEnd = -1;
  if (!isString(bytes, message.versionStart)) message.versionStart = message.versionEnd = -1;
  if (!isObject(bytes, message.argumentsStart)) {
    message.argumentsStart = message.argumentsEnd = -1;
  }
  if (message.method === 'notifications/progress') {
    message.tokenStart = scanner.ownTokenStart;
    message.tokenEnd = scanner.ownTokenEnd;
  }
  if (message.method !== 'notifications/cancelled') {
    message.requestIdStart = message.requestIdEnd = -1;
  }
  const forms = [
    idForm(bytes, message.tokenStart, message.tokenEnd, canonical),
    idForm(bytes, message.requestIdStart, message.requestIdEnd, canonical),
    idForm(bytes, message.subscriptionStart, message.subscriptionEnd, canonical),
  ];
  if (forms.includes(Form.unplain)) return null;
  if (forms.includes(Form.bad)) return no('An id in the params is not a string or an integer.');
  return message;
}

function answer(message: Message, id: Form, no: No): Message | Fault {
  const { bytes } = message;
  const hasResult = message.bodyStart >= 0;
  const hasError = scanner.errorStart >= 0;
  if (hasResult === hasError) return no('The message has not one of method, result and error.');
  if (message.paramsStart >= 0) return no('An answer has no params.');
  if (hasError) {
    message.kind = Kind.error;
    message.bodyStart = scanner.errorStart;
    message.bodyEnd = scanner.errorEnd;
    if (id === Form.bad) return no('The id is not a string, an integer or null.');
    if (!isObject(bytes, message.bodyStart)) return no('The error is not an object.');
    return message;
  }
  message.kind = Kind.result;
  if (id !== Form.good) return no('The id is not a short string or an integer.');
  if (!isObject(bytes, message.bodyStart)) return no('The result is not an object.');
  if (message.metaStart >= 0 && !isObject(bytes, message.metaStart)) {
    return no('The member _meta is not an object.');
  }
  return message;
}

/** What stands where an id belongs. `unplain`: good perhaps, but equal ids could be written differently. */
const Form = { absent: 0, good: 1, none: 2, unplain: 3, bad: 4 } as const;
type Form = (typeof Form)[keyof typeof Form];

/** Ids and tokens come back with every notification about their request, and stand as keys in several books. */
const ID_BYTES_MAX = 1024;

function idForm(bytes: Buffer, start: number, end: number, canonical: boolean): Form {
  if (start < 0) return Form.absent;
  const first = bytes[start]!;
  if (first === 0x22) {
    if (end - start > ID_BYTES_MAX) return Form.bad;
    if (canonical) return Form.good;
    for (let at = start; at < end; at++) if (bytes[at] === 0x5c) return Form.unplain;
    return Form.good;
  }
  if (first === 0x6e) return Form.none;
  if (first !== 0x2d && (first < 0x30 || first > 0x39)) return Form.bad;
  const digits = first === 0x2d ? start + 1 : start;
  for (let at = digits; at < end; at++) {
    // A fraction or an exponent may still say an integer: 1.0 and 1e3.
    if (bytes[at]! < 0x30 || bytes[at]! > 0x39) return canonical ? Form.bad : Form.unplain;
  }
  if (digits > start && bytes[digits] === 0x30) return canonical ? Form.bad : Form.unplain;
  return end - start < 16 || Number.isSafeInteger(Number(bytes.latin1Slice(start, end)))
    ? Form.good
    : Form.bad;
}

function isVersion2(bytes: Buffer): boolean {
  const at = scanner.jsonrpcStart;
  return (
    scanner.jsonrpcEnd - at === 5 &&
    bytes[at] === 0x22 &&
    bytes[at + 1] === 0x32 &&
    bytes[at + 2] === 0x2e &&
    bytes[at + 3] === 0x30
  );
}

function isString(bytes: Buffer, start: number): boolean {
  return bytes[start] === 0x22;
}

function isObject(bytes: Buffer, start: number): boolean {
  return bytes[start] === 0x7b;
}

const TOOLS_CALL = 'tools/call';
const TOOLS_CALL_QUOTED = Buffer.from(`"${TOOLS_CALL}"`);

/** The method nearly always asked for is not made a string each time, which every table would then have to hash. */
function methodOf(bytes: Buffer, start: number, end: number): string {
  const quoted = TOOLS_CALL_QUOTED;
  let same = end - start === quoted.length ? 0 : -1;
  while (same >= 0 && same < quoted.length)
    same = bytes[start + same] === quoted[same] ? same + 1 : -1;
  return same < 0 ? decode(bytes, start, end) : TOOLS_CALL;
}

function decode(bytes: Buffer, start: number, end: number): string {
  const inner = bytes.utf8Slice(start + 1, end - 1);
  return inner.includes('\\') ? (JSON.parse(`"${inner}"`) as string) : inner;
}

function fault(kind: Fault['kind'], why: string, id = 'null'): Fault {
  return { kind, why, id };
}
