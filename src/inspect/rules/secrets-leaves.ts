/** Values whose name is the key over them: `{"api_key": "…"}`, `{"name": "API_KEY", "value": "…"}`. */

import type { Detector, Finding, Leaf, Reading } from '../rule.ts';
import { isNamedSecret, KEY_NAMES, kindOf, PASSWORD_NAMES } from './named.ts';

/** Beyond this a value is a text, in which the other rules look. */
const VALUE_MAX = 2048;
/** Turned letters make a random text of any word. */
const TURNED = /^(?:reversed|atbash|rot)/;
const NAME_KEYS = new Set([
  'name',
  'key',
  'variable',
  'variablename',
  'env',
  'id',
  'label',
  'header',
  'field',
]);
const VALUE_KEYS = new Set([
  'value',
  'val',
  'content',
  'data',
  'text',
  'string',
  'stringvalue',
  'secretstring',
]);

/** Of every name that counts a part. "pass" is in too many words: only where it is joined to something. */
const ANCHORS = [
  ...[...PASSWORD_NAMES, ...KEY_NAMES].filter((name) => name !== 'pass'),
  ...['_pass', '-pass', 'userpass', 'dbpass', 'adminpass', '_key', '-key'],
];

export const NAMED_LEAVES: Detector = {
  class: 'secret',
  in: ['request', 'response', 'definition'],
  anchors: ANCHORS,
  forms: ['exact', 'compact'],
  examine({ views }: Reading): Finding[] {
    const findings: Finding[] = [];
    const named = new Map<string, string>();
    for (const { leaf } of views) remember(named, leaf);
    for (const { leaf, views: readings } of views) {
      if (leaf.isKey || leaf.text.length > VALUE_MAX * 4) continue;
      const name = nameOf(leaf.path, named);
      if (name === undefined || kindOf(name) === undefined) continue;
      for (const { text, form, steps } of readings) {
        if (form !== 'exact' || text.length > VALUE_MAX || steps.some((step) => TURNED.test(step)))
          continue;
        if (!isNamedSecret(name, text.trim())) continue;
        // What is under the name is the value, all of it, however it was read.
        const span = leaf.isMade === true ? null : ([0, leaf.text.length] as const);
        findings.push({
          rule: 'secret.named-leaf',
          class: 'secret',
          confidence: 'medium',
          path: leaf.path,
          steps,
          span,
          leaf,
        });
        break;
      }
    }
    return findings;
  },
};

function lastOf(path: string): [parent: string, last: string] {
  const at = path.lastIndexOf('/');
  return [
    path.slice(0, at),
    path
      .slice(at + 1)
      .replaceAll('~1', '/')
      .replaceAll('~0', '~'),
  ];
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Of `{"name": N, "value": V}`: N, under the path of the object. */
function remember(named: Map<string, string>, { text, path, isKey }: Leaf): void {
  if (isKey || text.length > 100) return;
  const [parent, last] = lastOf(path);
  if (NAME_KEYS.has(plain(last)) && kindOf(text) !== undefined) named.set(parent, text);
}

/** The key over a value, or over the list that it is in; or the name beside it. */
function nameOf(path: string, named: ReadonlyMap<string, string>): string | undefined {
  let [parent, last] = lastOf(path);
  if (VALUE_KEYS.has(plain(last))) return named.get(parent) ?? lastOf(parent)[1];
  if (/^[0-9]+$/.test(last)) [parent, last] = lastOf(parent);
  return last === '' ? undefined : last;
}
