/** How a name is written that tells a secret, and what stands between it and its value. */

import { KEY_NAMES, PASSWORD_NAMES } from './named.ts';

/** Where words of a name may be joined: `api_key`, `api-key`, `api key`, `apikey`. */
const SPELT = [
  ...PASSWORD_NAMES,
  ...KEY_NAMES,
  ...[
    'api_key',
    'api-key',
    'api key',
    'access_key',
    'access-key',
    'access key',
    'secret_key',
    'secret-key',
  ],
  ...[
    'secret key',
    'auth_key',
    'auth-key',
    'private_key',
    'private-key',
    'signing_key',
    'signing-key',
  ],
  ...[
    'encryption_key',
    'encryption-key',
    'encryption key',
    'master_key',
    'master-key',
    'app_key',
    'app-key',
  ],
  ...[
    'account_key',
    'license_key',
    'license-key',
    'consumer_key',
    'consumer-key',
    'client_key',
    'service_key',
  ],
  ...[
    'shared_key',
    'admin_key',
    'admin-key',
    'integration_key',
    'ingest_key',
    'write_key',
    'storage_key',
  ],
  ...[
    'hmac_key',
    'jwt_key',
    'secret_key_base',
    'reporter_id',
    'root_key',
    'function_key',
    'function-key',
  ],
  ...[
    'subscription_key',
    'subscription-key',
    'deploy_key',
    'user_key',
    'personal_key',
    'contraseña',
  ],
];
export const ASCII = SPELT.filter((name) => /^[\x20-\x7e]+$/.test(name));
/** Also where columns are aligned, and in a table: `password      = "…"`, `| password | … |`. */
const FOLLOWED = [
  ...'=:"\'\\`>|]\t',
  '?=',
  '+=',
  ' =',
  ' :',
  ' |',
  ' >',
  ' ?=',
  ' +=',
  ' is ',
  '  ',
  ' \t',
];
export const anchorsOf = (names: readonly string[]) =>
  names.flatMap((name) => FOLLOWED.map((after) => name + after));

export const NAME = `[\\w.\\-]*(?:${ASCII.map((name) => name.replace('-', '\\-')).join('|')})`;
/** What stands between a name and its value, quotes and their escapes included. */
const BLANKS_BETWEEN = '[ \\t]{0,12}';
const SIGNS = '=>|:=|\\?=|\\+=|==|[:=|>]| is ';
/** A comma only behind a quote, as between two arguments: behind a word it is prose. */
export const JOINT = `(?:\\\\{0,3}["'\`]\\]?${BLANKS_BETWEEN}(?:${SIGNS}|,)|\\]?${BLANKS_BETWEEN}(?:${SIGNS}))${BLANKS_BETWEEN}`;
export const OPEN = '(?:[a-zA-Z]{0,2}\\\\{0,3}["\'`])';

/** What RE2 means by a blank; RegExp means more. */
export const BLANKS = '\\t\\n\\f\\r ';
export const QUOTED = '[^"\'`\\\\\\r\\n]{5,}';
export const BARE = (blanks: string) =>
  `[^${blanks}"'\`,;<>\\\\&|(){}\\[\\]][^${blanks}"'\`,;<>\\\\(){}]{4,}`;
