/** Keys as such: private keys in every armour, wallets, signed tokens, hashes of passwords. */

import { isBech32, isExtendedKey, isJwt } from './checksums.ts';
import { BASE64, HEX, type TokenRow, tokens, URL64 } from './token.ts';

/** Line breaks as they are, as escapes (also of escapes), or none. */
const GAP = '(?:[\\s"\'+,>|#*]|\\\\+[nrt]|<br>)';
const SHAPE = { isShapeEnough: true } as const;

const PRIVATE_KEYS: readonly TokenRow[] = [
  [
    'private-key',
    // A header with a body of 32 characters and more: the header alone stands in every manual.
    `-{4,5} ?BEGIN[ _](?:[A-Z0-9]+[ _]){0,4}PRIVATE[ _]KEY(?:[ _]BLOCK)? ?-{4,5}(?:${GAP}{0,40}(?:(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset): ?[^\\r\\n\\\\]{1,90}${GAP}{1,12}){0,4})?(?:${BASE64}{1,100}${GAP}{0,12}){0,3}${BASE64}{16}(?:[A-Za-z0-9+/=]|${GAP})*(?:-{4,5} ?END[ _](?:[A-Z0-9]+[ _]){0,4}PRIVATE[ _]KEY(?:[ _]BLOCK)? ?-{4,5})?`,
    {
      ...SHAPE,
      anchors: [
        'private key',
        'private_key-',
        'private_key -',
        'private_key block',
        'private_key_block',
      ],
      reach: [40, 16_000],
      accepts: isKeyBody,
      isExactOnly: true,
    },
  ],
  [
    'private-key-joined',
    `-{0,5}BEGIN(?:[A-Z0-9]{0,12})PRIVATEKEY(?:BLOCK)?-{0,5}[A-Za-z0-9+/=]{48,}`,
    { ...SHAPE, anchors: ['privatekey'], reach: [24, 16_000], accepts: isKeyBody },
  ],
  ['putty-key', `PuTTY-User-Key-File-[23]:`, { ...SHAPE }],
  ['age-identity', `AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}`, SHAPE],
  [
    'age-plugin-identity',
    `AGE-PLUGIN-[A-Z0-9-]{2,40}-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{30,}`,
    SHAPE,
  ],
  ['nostr-key', `nsec1[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{58}`, { ...SHAPE, accepts: isBech32 }],
  [
    'extended-private-key',
    `[xyztuv]prv[1-9A-HJ-NP-Za-km-z]{107,108}`,
    { ...SHAPE, anchors: ['xprv', 'yprv', 'zprv', 'tprv', 'uprv', 'vprv'], accepts: isExtendedKey },
  ],
  ['minisign-key', `minisign (?:encrypted )?secret key`, { ...SHAPE, confidence: 'medium' }],
  ['wireguard-key', `PrivateKey ?= ?${BASE64}{43}=`, { anchors: ['privatekey'] }],
  ['openvpn-static-key', `-----BEGIN OpenVPN Static key V1-----`, SHAPE],
  // A private JSON web key has its secret member "d" beside its type (RFC 7517, RFC 7518 6.2.2 and 6.3.2).
  [
    'json-web-key',
    `"d" ?: ?"${URL64}{40,}"`,
    { anchors: ['"d":', '"d" :'], reach: [4, 800], isExactOnly: true },
  ],
  ['java-keystore', `/u3\\+7Q${BASE64}{60,}`, { reach: [4, 2000], ...SHAPE }],
];

const SIGNED: readonly TokenRow[] = [
  [
    'jwt',
    `ey[IJ][A-Za-z0-9_-]{10,}\\.ey[IJ][A-Za-z0-9_-]{6,}\\.[A-Za-z0-9_-]{16,}`,
    { ...SHAPE, anchors: ['eyj', 'eyi'], reach: [4, 6000], accepts: isJwt },
  ],
  [
    'paseto',
    `v[1-4]\\.(?:local|public)\\.${URL64}{60,}`,
    { anchors: ['.local.', '.public.'], reach: [4, 2000], ...SHAPE },
  ],
  ['biscuit-key', `ed25519-private/${HEX}{64}`, SHAPE],
];

/** Hashes of passwords are what an attacker works on at home; the salt makes them look random. */
const PASSWORD_HASHES: readonly TokenRow[] = [
  [
    'bcrypt-hash',
    `\\$2[abxy]\\$[0-3][0-9]\\$[./A-Za-z0-9]{53}`,
    { anchors: ['$2a$', '$2b$', '$2x$', '$2y$'] },
  ],
  [
    'crypt-hash',
    `\\$[156]\\$(?:rounds=[0-9]{1,9}\\$)?[./A-Za-z0-9]{1,16}\\$[./A-Za-z0-9]{22,86}`,
    { anchors: ['$1$', '$5$', '$6$'] },
  ],
  ['yescrypt-hash', `\\$(?:y|7|gy)\\$[./A-Za-z0-9$]{40,}`, { anchors: ['$y$', '$7$', '$gy$'] }],
  [
    'argon2-hash',
    `\\$argon2(?:id?|d)\\$v=[0-9]{1,2}\\$m=[0-9]{1,8},t=[0-9]{1,4},p=[0-9]{1,3}\\$[A-Za-z0-9+/]{8,}\\$[A-Za-z0-9+/]{16,}`,
  ],
  [
    'scrypt-hash',
    `\\$s(?:crypt\\$ln=|0\\$)[A-Za-z0-9+/$=,]{40,}`,
    { anchors: ['$scrypt$', '$s0$'] },
  ],
  [
    'pbkdf2-hash',
    `pbkdf2[_:-]sha(?:1|256|512)[$:][0-9]{3,8}[$:][A-Za-z0-9+/=.-]{6,}[$:][A-Za-z0-9+/=]{20,}`,
  ],
  [
    'ldap-hash',
    `\\{S?(?:SHA|MD5)(?:256|512)?\\}[A-Za-z0-9+/]{27,}={0,2}`,
    { anchors: ['{sha', '{ssha', '{smd5', '{md5'] },
  ],
  ['apache-hash', `\\$apr1\\$[./A-Za-z0-9]{1,8}\\$[./A-Za-z0-9]{22}`],
  ['phpass-hash', `\\$[PH]\\$[A-Z][./A-Za-z0-9]{30}`, { anchors: ['$p$', '$h$'] }],
];

export const CRYPTO_RULES = tokens([
  ...PRIVATE_KEYS,
  ...SIGNED,
  ...PASSWORD_HASHES.map(
    ([name, pattern, options]): TokenRow => [
      name,
      pattern,
      { ...options, confidence: 'medium', isExactOnly: true },
    ],
  ),
]);

/** What stands between the lines is base64 that is not one character over and over. */
function isKeyBody(value: string): boolean {
  const body = value.replace(/-{4,5}[^-]*-{4,5}/g, '').replace(/\\+[nrt]|[^A-Za-z0-9+/]/g, '');
  return new Set(body).size >= 12 && !/\.\.\.|<|your/i.test(value);
}
