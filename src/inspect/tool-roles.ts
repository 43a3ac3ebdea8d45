/**
 * What a tool does with secrets, by its name and by what it is asked for: whether it reads them, whether it sends out.
 */

import { sensitivityOf } from './arguments/paths.ts';
import { Roles } from './arguments/roles.ts';
import { words } from './arguments/verdict.ts';
import { leavesOf } from './leaves.ts';
import { wordsOfName } from './rules/poisoning-names.ts';

const READS = words(
  'get read list fetch show view export dump reveal retrieve load open cat describe download lookup find print resolve access',
);
const SECRETS = words(
  'secret secrets credential credentials password passwords passphrase token tokens vault keychain keyring keystore env environ wallet cookie cookies mnemonic',
);
/** Two words that are a secret together only. */
const SECRET_PAIR =
  /\b(?:(?:api|private|ssh|access|secret|signing|encryption|service account) keys?|environment variables?|env vars?|recovery codes?|seed phrase|kube config)\b/;
const SENDS = words(
  'send post publish upload email mail tweet share forward transmit webhook notify push submit reply broadcast curl http request sms message dm comment export sync',
);
/** What is made and not read is none: `send_password_reset`, `create_token`. */
const MAKES = words('create set reset rotate delete remove revoke update generate count validate');
/** Of the arguments, so many strings of so many letters are looked at. */
const STRINGS_MAX = 256;
const CHARS_MAX = 4096;

/** Whether a call of this tool asks for what holds secrets. `definition` is JSON text, null where there is none. */
export function readsSecrets(tool: string, definition: Buffer | null, args: unknown): boolean {
  const name = wordsOfName(tool);
  const parts = name.split(' ');
  const isNamed = parts.some((word) => SECRETS.has(word)) || SECRET_PAIR.test(name);
  const reads = parts.some((word) => READS.has(word)) || parts.length <= 2;
  if (isNamed && reads && !parts.some((word) => MAKES.has(word))) return true;
  return asksForSecrets(tool, definition, args);
}

/** A path or URI of a file that holds secrets, where a path may stand; in a text it is a subject like any other. */
function asksForSecrets(tool: string, definition: Buffer | null, args: unknown): boolean {
  let roles: Roles | undefined;
  for (const { text, path, isKey } of leavesOf(args).slice(0, STRINGS_MAX)) {
    if (isKey || text.length > CHARS_MAX) continue;
    // A command has its paths in the middle.
    const isIn = [text, ...text.split(/[\s'"=;|&<>()]+/)].some(
      (part) => sensitivityOf(part.replace(/^file:\/\/(?:localhost)?/i, '')) !== undefined,
    );
    if (!isIn) continue;
    roles ??= Roles.for(tool, schemaOf(definition));
    if (roles.of(path) !== 'free') return true;
  }
  return false;
}

function schemaOf(definition: Buffer | null): unknown {
  if (definition === null) return undefined;
  return (JSON.parse(definition.utf8Slice()) as { inputSchema?: unknown }).inputSchema;
}

/** Whether its name says that it sends something to somebody. */
export function sendsOut(tool: string): boolean {
  return wordsOfName(tool)
    .split(' ')
    .some((word) => SENDS.has(word));
}
