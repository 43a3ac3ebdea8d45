/**
 * Dangerous arguments of a call: each parameter is judged by what it is for (roles.ts).
 *
 * Text for people and the content of files are not judged at all: there, a command is a subject like any other.
 */

import { judgeShell } from '../arguments/commands.ts';
import { hostileText } from '../arguments/hostile-text.ts';
import { judgeAnywhere, judgeInjected } from '../arguments/injected.ts';
import { judgePath, namesFamous, persists } from '../arguments/paths.ts';
import {
  isStatement,
  judgeAddress,
  judgeOperator,
  judgeQuery,
  judgeSqlInValue,
} from '../arguments/queries.ts';
import { type Role, Roles } from '../arguments/roles.ts';
import { readings, type Undone } from '../arguments/undo.ts';
import { judgeUrls } from '../arguments/urls.ts';
import { high, medium, NOT_JUDGED, type Verdict, words } from '../arguments/verdict.ts';
import type { Detector, Finding, Leaf, Reading, View } from '../rule.ts';

/** Readings of one leaf; beyond it the rest is hidden deeper than any server digs. */
const VIEWS_MAX = 12;
/** A name, an address or a number is shorter; longer ones are judged piece by piece. */
const VALUE_MAX = 16_384;
/** Pieces overlap by more than the longest break-out. */
const OVERLAP = 512;
/**
 * Characters judged in one request, over all readings of all parameters that are not text for people: 0.6 us each at the
 * very worst, 0.05 us of ordinary text. A request with more of them than this is itself the finding.
 */
const JUDGED_MAX = 192 * 1024;

const LOOKS_ONLY = words(
  'query queries read select get list search show describe view explain fetch find lookup report analyze readonly',
);
const WRITES = words(
  'execute exec write run update insert modify migrate migration apply create delete drop admin mutate upsert manage',
);
const CHANGES = words(
  'write insert update modify migrate migration apply create delete drop admin mutate upsert manage',
);
const OPENS_FILES = words(
  'browser navigate page screenshot pdf puppeteer playwright open convert markdown read document render',
);
const WRITES_FILES = words(
  'write create save edit append update put upload move copy rename patch store modify',
);

class Request {
  readonly roles: Roles;
  readonly isReadOnly: boolean;
  readonly isForWrites: boolean;
  readonly writesFiles: boolean;
  readonly opensFiles: boolean;
  /** Characters that may still be judged. */
  left = JUDGED_MAX;

  constructor({ subject: { tool, schema } }: Reading) {
    this.roles = Roles.for(tool, schema);
    // `run_query` promises to look only, as its server says of it; `write_query` does not.
    this.isReadOnly = this.roles.toolHas(LOOKS_ONLY) && !this.roles.toolHas(CHANGES);
    this.isForWrites = !this.isReadOnly && this.roles.toolHas(WRITES);
    this.writesFiles = this.roles.toolHas(WRITES_FILES);
    this.opensFiles = this.roles.toolHas(OPENS_FILES);
  }

  judge(undone: Undone, role: Role, path: string): Verdict[] {
    const { text } = undone;
    if (role === 'shell') return judgeShell(text);
    if (role === 'sql') return judgeQuery(text, this.isReadOnly, this.isForWrites);
    if (role === 'code') return judgeProgram(text);
    if (role === 'unknown') return judgeUnknown(undone);
    return this.#judgeValue(undone, role, path);
  }

  #judgeValue(undone: Undone, role: Role, path: string): Verdict[] {
    const { text } = undone;
    const found = judgeInjected(text, role);
    const isWeb = role === 'url' && /^\s*https?:/i.test(text);
    // Of a web page the name says nothing; of what its query asks for, it does.
    if (isWeb) found.push(...namesFamous(text.slice(text.indexOf('?') + 1 || text.length)));
    else if (role !== 'pattern')
      found.push(...judgePath(undone, role === 'path'), ...namesFamous(text));
    if (role === 'path' && this.writesFiles && persists(text))
      found.push(medium('arguments.path.persistence'));
    if (role !== 'path' && role !== 'pattern' && role !== 'url')
      found.push(...judgeSqlInValue(text));
    if (/mail[^/]*$/i.test(path)) found.push(...judgeAddress(text));
    const isUrl = role === 'url' || role === 'host';
    const allowsFiles =
      this.opensFiles || !/url|href|link/i.test(path.slice(path.lastIndexOf('/') + 1));
    found.push(...judgeUrls(text, isUrl || /^\s*[a-z][a-z0-9+.-]{1,20}:/i.test(text), allowsFiles));
    return found;
  }
}

/** The literals of a program are where its commands and paths stand. */
function judgeProgram(text: string): Verdict[] {
  const found = hostileText(text);
  let count = 0;
  for (const [, literal] of text.matchAll(/["'`]([^"'`\n]{4,512})["'`]/g)) {
    if (++count > 512) break;
    if (/\s/.test(literal!))
      found.push(...judgeShell(literal!).filter(({ confidence }) => confidence === 'high'));
  }
  return found;
}

/** Nothing is known of it: only what is hostile in every reading, and what a short value would not hold. */
function judgeUnknown(undone: Undone): Verdict[] {
  const { text } = undone;
  const found = judgeAnywhere(text.toLowerCase());
  found.push(...hostileText(text));
  if (text.length > 512) return found;
  // A line of commands that is hostile as a whole is so whatever its parameter is called.
  found.push(...judgeShell(text).filter(({ confidence }) => confidence === 'high'));
  found.push(
    ...namesFamous(text),
    ...judgeInjected(text, 'unknown'),
    ...judgeUrls(text, false, true),
  );
  if (!/\s\S+\s\S+\s/.test(text)) found.push(...judgePath(undone, false));
  // A whole statement is a query, whatever its parameter is called.
  if (isStatement(text)) found.push(...judgeQuery(text, false, true));
  else found.push(...judgeSqlInValue(text));
  return found;
}

export const ARGUMENT_DETECTORS: readonly Detector[] = [
  { class: 'arguments', in: ['request'], examine: examineArguments },
];

function examineArguments(reading: Reading): Finding[] {
  const request = new Request(reading);
  const found: Finding[] = [];
  for (const { leaf, views } of reading.views) {
    // Strings that are joined of several parameters are for nothing; JSON in a string is read here, with its names.
    if (leaf.isMade === true && leaf.isSpelled !== true) continue;
    if (leaf.isKey) {
      const verdict = judgeKey(leaf, request.roles);
      if (verdict !== undefined) found.push(finding(verdict, leaf, [], null));
      continue;
    }
    const role = request.roles.of(leaf.path);
    if (role === 'free') continue;
    let count = 0;
    for (const view of views) {
      if (view.form !== 'exact' || ++count > VIEWS_MAX) continue;
      found.push(...judgeView(request, leaf, view, role));
    }
  }
  found.push(...judgeJoined(request, reading));
  return unique(found);
}

function judgeView(request: Request, leaf: Leaf, view: View, role: Role): Finding[] {
  const found: Finding[] = [];
  for (const [path, text] of within(view.text, leaf.path)) {
    const inner = request.roles.of(path);
    if (inner === 'free' || inner === 'unknown') continue;
    for (const verdict of request.judge({ text, isOverlong: false, isLast: true }, inner, path))
      found.push(finding(verdict, leaf, [...view.steps, 'json'], null));
  }
  if (view.text.length > VALUE_MAX && isBulk(view.text)) return found;
  const pieces =
    role === 'shell' || role === 'sql' || role === 'code' ? [view.text] : piecesOf(view.text);
  for (const undone of pieces.flatMap(readings)) {
    // What cannot hide anything is nearly free to judge.
    request.left -= isPlain(undone.text) ? undone.text.length >> 3 : undone.text.length;
    if (request.left < 0) return [...found, finding(medium(NOT_JUDGED), leaf, view.steps, null)];
    const isAsItStands = undone.text === view.text;
    for (const verdict of request.judge(undone, role, leaf.path)) {
      // What was undone to find it moved the characters: the whole leaf is what is to be blocked.
      const whole = verdict.at ?? [0, view.text.length];
      const span = isAsItStands && whole[1] > whole[0] ? view.span(whole[0], whole[1]) : null;
      found.push(
        finding(verdict, leaf, isAsItStands ? view.steps : [...view.steps, 'percent'], span),
      );
    }
  }
  return found;
}

const isPlain = (text: string): boolean => /^[\w ,@+-]*$/.test(text);

/** Base64, with or without the head of a data URL that is no markup: nothing in it parts, climbs or addresses. */
const isBulk = (text: string): boolean =>
  /^(?:data:(?:image\/(?:png|jpe?g|gif|webp|bmp)|audio|video|font|application\/(?:pdf|zip|octet-stream))[\w/;=.+-]{0,64},)?[\w+/=\r\n-]*$/.test(
    text,
  );

function piecesOf(text: string): string[] {
  if (text.length <= VALUE_MAX) return [text];
  const pieces: string[] = [];
  for (
    let at = 0;
    at < text.length && pieces.length * VALUE_MAX < JUDGED_MAX * 2;
    at += VALUE_MAX - OVERLAP
  )
    pieces.push(text.slice(at, at + VALUE_MAX));
  return pieces;
}

/** Arguments in a string of JSON, as tools that call tools take them: their names tell as well what they are for. */
function within(text: string, path: string): (readonly [path: string, text: string])[] {
  const found: (readonly [string, string])[] = [];
  if (text.length > VALUE_MAX || !/^\s*[{[]/.test(text) || !/[}\]]\s*$/.test(text)) return found;
  const walk = (value: unknown, at: string, depth: number): void => {
    if (typeof value === 'string') found.push([at, value]);
    else if (typeof value === 'object' && value !== null && depth < 8 && found.length < 64)
      for (const [key, child] of Object.entries(value)) walk(child, `${at}/${key}`, depth + 1);
  };
  try {
    walk(JSON.parse(text), path, 0);
  } catch {
    // No JSON: it is judged as the text that it is.
  }
  return found;
}

/** A command given in parts: {"command": "rm", "args": ["-rf", "/"]}. */
function judgeJoined(request: Request, { views }: Reading): Finding[] {
  const parts = views.filter(
    ({ leaf }) => !leaf.isKey && leaf.isMade !== true && request.roles.of(leaf.path) === 'shell',
  );
  if (parts.length < 2 || parts.length > 256) return [];
  const text = parts.map(({ leaf }) => leaf.text).join(' ');
  request.left -= text.length;
  if (request.left < 0) return [finding(medium(NOT_JUDGED), parts[0]!.leaf, ['joined'], null)];
  return judgeShell(text).map((verdict) => finding(verdict, parts[0]!.leaf, ['joined'], null));
}

const FILTERS =
  /\/(?:filter|filters|query|where|match|selector|pipeline|conditions?|criteria|projection|aggregation|stages?|search|sort|update|document|options)(?:\/|$)/i;

function judgeKey(leaf: Leaf, roles: Roles): Verdict | undefined {
  const { text, path } = leaf;
  if (text === '__proto__' || text === '__defineGetter__' || text === '__lookupGetter__')
    return high('arguments.prototype-pollution');
  const parent = path.slice(0, path.lastIndexOf('/'));
  if (text === 'prototype' && parent.endsWith('/constructor'))
    return high('arguments.prototype-pollution');
  if (/^(?:__proto__|constructor)(?:\.|\[)/.test(text))
    return high('arguments.prototype-pollution');
  if (text.startsWith('$'))
    return judgeOperator(text, FILTERS.test(parent) || roles.of(parent) === 'free');
  return undefined;
}

const finding = (
  verdict: Verdict,
  leaf: Leaf,
  steps: readonly string[],
  span: Finding['span'],
): Finding => ({
  rule: verdict.rule,
  class: 'arguments',
  confidence: verdict.confidence,
  path: leaf.path,
  steps,
  span,
  leaf,
});

/** One finding for each rule and place: the first reading in which it was seen. */
function unique(found: readonly Finding[]): Finding[] {
  if (found.length < 2) return [...found];
  const seen = new Map<string, Finding>();
  for (const one of found) {
    const key = `${one.rule} ${one.path}`;
    const before = seen.get(key);
    if (before === undefined || (before.confidence === 'low' && one.confidence !== 'low'))
      seen.set(key, one);
  }
  return [...seen.values()];
}
