/**
 * Whether the files of a listener's TLS can be used, asked before anybody listens: OpenSSL names neither the file nor the key.
 */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string | undefined;
}

export interface TlsFault {
  readonly at: keyof TlsFiles;
  readonly words: string;
}

/** The first that is wrong with them. */
export function tlsFault(files: TlsFiles): TlsFault | undefined {
  const { cert, key } = files;
  for (const at of ['cert', 'clientCa'] as const) {
    const file = files[at];
    const why =
      file === undefined ? undefined : fileFault(file, certificateIn, 'certificate in PEM');
    if (why !== undefined) return { at, words: why };
  }
  const words =
    fileFault(key, createPrivateKey, 'private key in PEM without a password') ??
    (certificateIn(readFileSync(cert)).checkPrivateKey(createPrivateKey(readFileSync(key)))
      ? undefined
      : `${key} is not the key of the certificate in ${cert}`);
  return words === undefined ? undefined : { at: 'key', words };
}

function fileFault(file: string, parse: (bytes: Buffer) => unknown, what: string) {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return `${file} ${code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`}`;
  }
  try {
    parse(bytes);
    return undefined;
  } catch {
    return `${file} holds no ${what}`;
  }
}

function certificateIn(bytes: Buffer): X509Certificate {
  return new X509Certificate(bytes);
}
