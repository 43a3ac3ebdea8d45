/**
 * Whether a name says that its value is a secret, and whether the value then is one.
 *
 * Two kinds of names, two measures. What is chosen by a machine (token, key) must look it. What people choose
 * (password) may be anything, so it is judged by what it is not: a word of the language, a type, a variable, a default
 * that everybody knows.
 */

import { entropy, isPlaceholder, isTokenLike, wordiness } from './plausible.ts';

/** The last words of a name, joints left out. Compared with the end: `token_count` and `secretName` are no secrets. */
export const PASSWORD_NAMES = [
  ...['password', 'passwd', 'passwort', 'passphrase', 'passcode', 'pwd', 'pass'],
  ...['contrasena', 'senha', 'kennwort', 'wachtwoord', 'motdepasse', 'haslo', 'lozinka', 'parola'],
] as const;
export const KEY_NAMES = [
  ...['secret', 'token', 'apikey', 'accesskey', 'secretkey', 'authkey', 'privatekey', 'signingkey'],
  ...[
    'encryptionkey',
    'masterkey',
    'appkey',
    'accountkey',
    'licensekey',
    'consumerkey',
    'clientkey',
  ],
  ...[
    'servicekey',
    'sharedkey',
    'adminkey',
    'integrationkey',
    'ingestkey',
    'writekey',
    'storagekey',
  ],
  ...['hmackey', 'jwtkey', 'credential', 'credentials', 'secretkeybase', 'reporterid', 'userkey'],
  ...[
    'rootkey',
    'functionkey',
    'subscriptionkey',
    'sessionkey',
    'deploykey',
    'authorization',
    'jwt',
  ],
  ...[
    'apisecret',
    'keyphrase',
    'bearer',
    'webhookkey',
    'personalkey',
    'queryekey',
    'otpseed',
    'totpseed',
  ],
] as const;

const PASSWORD_END = new RegExp(`(?:${PASSWORD_NAMES.join('|')})[0-9]?$`);
const KEY_END = new RegExp(`(?:${KEY_NAMES.join('|')})[0-9]?$`);
/** Tokens of paging, of forms, of text; keys that are public or name something. */
const HARMLESS =
  /(?:next|page|pagination|continuation|continue|csrf|xsrf|sync|cursor|cancel|progress|start|scroll|resume|total|prompt|completion|input|output|cached|special|public|primary|foreign|sort|cache|partition|idempotency|object|marker|verification|fencing|clone|reset|invalid|missing|device|^(?:max|min|num|stop|pad|eos|bos|unk|mask|sep|cls|by|pas|com|is|has|no|non|the|a|any|in|out))(?:token|secret|key|jwt|password|pass|pwd|credentials?)$/;

export type Kind = 'password' | 'key' | undefined;

export function kindOf(name: string): Kind {
  if (name.length > 100) return undefined;
  const joined = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (HARMLESS.test(joined)) return undefined;
  if (PASSWORD_END.test(joined)) {
    // "pass" alone is also a verb and half of other words: it must stand as a word of its name.
    return /pass[0-9]?$/.test(joined) &&
      !/(?:^|[^a-z])pass[0-9]?$|[a-z]Pass[0-9]?$|PASS[0-9]?$/.test(
        name.replace(/[^A-Za-z0-9]+$/, ''),
      )
      ? undefined
      : 'password';
  }
  return KEY_END.test(joined) ? 'key' : undefined;
}

/** Defaults and words of manuals: whoever knows them knows nothing. In lower case, without joints. */
const KNOWN = new Set(
  (
    'password passwd pass pwd secret token changeit changeme admin administrator root user username test testing ' +
    'guest demo default none null nil true false undefined empty string number boolean object required optional ' +
    'postgres mysql mongo redis rabbitmq elastic minio sa hunter2 letmein welcome password1 password123 admin123 ' +
    'passw0rd p4ssw0rd p@ssw0rd secret123 test123 test1234 hello world value mypassword mysecret mytoken apikey ' +
    'credentials credential login basic bearer oauth hidden masked encrypted hashed removed unknown invalid valid ' +
    'supersecret super$ecret topsecret s3cr3t secretpassword somepassword pa$$word pa55word userpassword abc123 ' +
    'dbpassword newpassword oldpassword correcthorsebatterystaple anonymous docker vagrant github gitlab'
  ).split(' '),
);

export function isKnownWord(value: string): boolean {
  const plain = value.toLowerCase();
  return KNOWN.has(plain) || KNOWN.has(plain.replace(/[^a-z0-9]/g, ''));
}

/** Calls, members, paths, templates, types: source and configuration that tell where the value comes from. */
const REFERENCE =
  /^[$%@&{<[(]|^(?:ENC\[|vault:v[0-9]|\{cipher\}|\$ANSIBLE_VAULT)|\$\{|\{\{|^(?:env|vault|file|secret|op|arn|ssm|aws|gcp|azure|keyring|ref|self|this|req|request|config|settings|process|os|var|local|data|module)[.:/]|[a-z_]\w*\(.*\)?|^(?:\.{0,2}\/)?[\w.-]+(?:\/[\w.-]+){2,}$|^https?:|\[['"\]]|=>|->|\$\(/;

/** `settings.db.password`: members of something, where the letters read like words. */
const MEMBERS = /^[\w-]+(?:\.[A-Za-z_]\w*){1,6}[;,)]?$/;
const isReference = (value: string): boolean =>
  REFERENCE.test(value) || (MEMBERS.test(value) && (wordiness(value) ?? 9) >= WORDS_MIN);

const DIGIT = /[0-9]/;
const SIGN = /[^A-Za-z0-9\s]/;
/** Letters that follow each other like this or worse are no word; measured: 95 % of random runs of eight, 3 % of words. */
const WORDS_MIN = 4.4;

/** A password: no default, no reference, and either of several kinds of characters or no word. */
export function isPasswordLike(value: string, minimum = 6): boolean {
  if (value.length < minimum || value.length > 128 || /\s/.test(value)) return false;
  if (isPlaceholder(value) || isKnownWord(value)) return false;
  if (isReference(value) && !isDense(value)) return false;
  const extra = Number(DIGIT.test(value)) + Number(SIGN.test(value));
  const words = wordiness(value);
  if (extra === 0) return words !== undefined && words < WORDS_MIN;
  if (/^[0-9.,:%-]+$/.test(value)) return false;
  if (extra === 2 || value.length < 8) return value.length >= 7 || (words ?? 0) < WORDS_MIN;
  // Letters with digits or with signs: names of things (`db-credentials`, `sha256`) read like words.
  return DIGIT.test(value)
    ? value.length >= 8 && entropy(value) > 2.5 && (words === undefined || words < 5.6)
    : words !== undefined && words < WORDS_MIN;
}

/** So many kinds of characters in so little room that it is no expression. */
function isDense(value: string): boolean {
  const signs = new Set(value.match(/[!#^*~?+%&@$=]/g)).size;
  return (
    value.length <= 80 && DIGIT.test(value) && (signs >= 4 || (signs >= 1 && /[A-Z]/.test(value)))
  );
}

const UUID_OR_HEX =
  /^(?:0x)?[0-9a-fA-F]{24,128}$|^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

/** A value made by a machine: long enough, in an alphabet of tokens, and not like words. */
export function isKeyLike(value: string): boolean {
  if (value.length < 12 || value.length > 2048) return false;
  if (isPlaceholder(value) || isKnownWord(value)) return false;
  if (UUID_OR_HEX.test(value)) return entropy(value) > 2;
  if (isReference(value) && !/^[A-Za-z0-9+/_-]{32,}={0,2}$/.test(value) && !isDense(value))
    return false;
  if (/[\s<>{}()[\]]/.test(value) && !isDense(value)) return false;
  if (!DIGIT.test(value)) return value.length >= 20 && isMixedCase(value) && isTokenLike(value);
  if ((value.match(/[0-9]/g) ?? []).length < 2 && value.length < 24) return false;
  return isTokenLike(value);
}

const isMixedCase = (value: string): boolean => (wordiness(value) ?? 9) < WORDS_MIN;

/** The value that stands under a name. */
export function isNamedSecret(name: string, value: string): boolean {
  const kind = kindOf(name);
  if (kind === 'password') return isPasswordLike(value) || isKeyLike(value);
  return kind === 'key' && isKeyLike(value);
}
