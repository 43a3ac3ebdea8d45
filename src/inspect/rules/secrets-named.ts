/**
 * Values that only their name tells to be secrets: assignments in every notation, flags of command lines, and those that a
 * place tells (secrets-placed.ts).
 *
 * An anchor is a name with what follows it in some notation, since "token" alone is an everyday word. The value has to
 * stand the judgement of `named.ts`; the expressions only find where it is.
 */

import type { Finder } from '../linear.ts';
import type { Confidence, TextRule } from '../rule.ts';
import { isKeyLike, isNamedSecret, isPasswordLike } from './named.ts';
import { NamedFinder } from './named-finder.ts';
import { ASCII, anchorsOf, BARE, BLANKS, JOINT, NAME, OPEN, QUOTED } from './named-notation.ts';
import { PLACED_ROWS } from './secrets-placed.ts';
import { textsOf } from './texts.ts';

export interface NamedRow {
  readonly name: string;
  readonly anchors: readonly string[];
  readonly pattern: string;
  readonly finder?: Finder;
  readonly accepts: (value: string, match: string) => boolean;
  readonly reach?: readonly [number, number];
  readonly confidence?: Confidence;
}

/** The name at the beginning of a match of NAME JOINT value. */
const nameIn = (match: string): string => /^[^\w]*([\w.-]+(?: [\w]+)?)/.exec(match)?.[1] ?? '';
const byName = (value: string, match: string): boolean => {
  const at = match.indexOf(value);
  const name = nameIn(match.slice(0, at)).replace(/ is$/i, '');
  return isNamedSecret(name, value);
};

const ROWS: readonly NamedRow[] = [
  {
    name: 'named-quoted',
    anchors: anchorsOf(ASCII),
    pattern: `(?i)${NAME}${JOINT}${OPEN}(?P<value>${QUOTED})`,
    finder: new NamedFinder(ASCII, JOINT, `${OPEN}(?<value>${QUOTED})`),
    accepts: byName,
    reach: [44, 560],
  },
  {
    name: 'named',
    anchors: anchorsOf(ASCII),
    pattern: `(?i)${NAME}${JOINT}(?P<value>${BARE('\\s')})`,
    finder: new NamedFinder(ASCII, JOINT, `(?<value>${BARE(BLANKS)})`),
    accepts: (value, match) => byName(value, match) || byName(value.split('&')[0]!, match),
    reach: [44, 560],
  },
  {
    name: 'flag',
    anchors: [
      ...textsOf('(?:password|passwd|passphrase) '),
      ...textsOf('(?:[-_]|store|key|user|db|root|admin)pass '),
      ...textsOf('[-_](?:pw|token|secret|api-?key|passin) '),
    ],
    pattern: `(?i)\\s-{1,2}(?:[\\w\\-]{0,30}(?:password|passwd|passphrase)|[\\w\\-]{0,30}(?:store|key|user|db|root|admin)pass|(?:[\\w\\-]{0,30}[_-])?(?:pass|pw|token|secret|api-?key)|passin) (?:pass:)?${OPEN}?(?P<value>[^\\s"'\`\\\\]{5,300})`,
    accepts: (value, match) => {
      const name = /-([\w-]+) /.exec(match)?.[1] ?? '';
      return /token|secret|key$/i.test(name) ? isKeyLike(value) : isPasswordLike(value);
    },
    reach: [40, 320],
  },
  ...PLACED_ROWS,
];

export const NAMED_RULES: readonly TextRule[] = ROWS.map(
  ({ name, anchors, pattern, finder, accepts, reach = [8, 300], confidence = 'medium' }) => ({
    id: `secret.${name}`,
    class: 'secret',
    confidence,
    forms: ['exact'],
    anchors,
    reach,
    pattern,
    ...(finder === undefined ? {} : { finder }),
    accepts,
  }),
);
