/**
 * Seals: the last line of a segment, signed with Ed25519 where there is a key.
 *
 * The signature is over the line without its last member, `sig`: everything that the seal says, and by its `prev` and `root`
 * everything that stands before it. A key is known by the first 16 hex digits of the SHA-256 of its public half (SPKI).
 */

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

export interface Signer {
  readonly id: string;
  sign(bytes: Uint8Array): Buffer;
}

export interface Verifier {
  readonly id: string;
  isGood(bytes: Uint8Array, signature: Uint8Array): boolean;
}

/** Throws, without a word of the key, where it is none. */
export function signerOf(pem: string): Signer {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new Error('audit.signKey is no private key in PEM ("sluice audit keygen" makes one)');
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('audit.signKey is no Ed25519 key');
  return { id: idOf(createPublicKey(key)), sign: (bytes) => sign(null, bytes, key) };
}

/** From the public key or from the private one, whose holder may verify as well. */
export function verifierOf(pem: string): Verifier {
  const key = createPublicKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('this is no Ed25519 key');
  return { id: idOf(key), isGood: (bytes, signature) => verify(null, bytes, key, signature) };
}

function idOf(key: KeyObject): string {
  return hash('sha256', key.export({ type: 'spki', format: 'der' })).slice(0, 16);
}

export function newKeys(): { privateKey: string; publicKey: string; id: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privateKey: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    publicKey: String(publicKey.export({ type: 'spki', format: 'pem' })),
    id: idOf(publicKey),
  };
}

const SIG = /,"sig":"([A-Za-z0-9+/=]{88})"\}$/;

/** The line with its signature. */
export function signed(line: string, signer: Signer | null): string {
  if (signer === null) return line;
  return `${line.slice(0, -1)},"sig":"${signer.sign(Buffer.from(line)).toString('base64')}"}`;
}

/** What was signed, and by what; undefined where the line is not signed. */
export function unsigned(line: string): { text: string; signature: Buffer } | undefined {
  const match = SIG.exec(line);
  if (match === null) return undefined;
  const text = `${line.slice(0, match.index)}}`;
  return { text, signature: Buffer.from(match[1]!, 'base64') };
}

/** Why a seal is not by one of these keys. */
export function sealFault(
  line: string,
  keyId: string,
  keys: readonly Verifier[],
): string | undefined {
  const parts = unsigned(line);
  if (parts === undefined) return 'the seal is not signed';
  const key = keys.find(({ id }) => id === keyId);
  if (key === undefined) return `the seal is by another key (${String(keyId).slice(0, 16)})`;
  return key.isGood(Buffer.from(parts.text), parts.signature)
    ? undefined
    : 'the signature of the seal is forged';
}
