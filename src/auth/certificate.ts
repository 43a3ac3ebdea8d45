/**
 * The names in a client's certificate, read in one way wherever it comes from: a handshake of this listener, or a header
 * of the proxy in front, which has verified it.
 */

import { X509Certificate } from 'node:crypto';
import { Lru } from '../lib/lru.ts';

/** What a verified client certificate says. */
export interface Certificate {
  /** The common name of its subject; '' where it has none, or several. */
  readonly subject: string;
  /** Its alternative names: `URI:…`, `DNS:…`, `email:…`. */
  readonly sans: readonly string[];
}

export function certificateOf(x509: X509Certificate): Certificate {
  return { subject: commonNameOf(x509), sans: sansOf(x509.subjectAltName) };
}

function commonNameOf(x509: X509Certificate): string {
  // A list where there are several: which of them counts, two readers would answer in two ways.
  const { CN } = x509.toLegacyObject().subject as { CN?: unknown };
  return typeof CN === 'string' ? CN : '';
}

/** `URI:spiffe://a, DNS:b`; Node.js puts values that hold the separators into JSON strings (CVE-2021-44532). */
function sansOf(text: string | undefined): string[] {
  const found = (text ?? '').matchAll(/(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)/g);
  return [...found].map(([, kind, value = '']) => {
    return `${kind}:${value.startsWith('"') ? JSON.parse(value) : value}`;
  });
}

/** Reading one takes 50 µs, and each client of a proxy shows the same with every request. */
const KEPT_MAX = 1024;
const HEADER_LENGTH_MAX = 16 * 1024;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const kept = new Lru<string, Certificate>(KEPT_MAX);

/**
 * What a proxy says of its client: `none` where that showed no certificate, `unreadable` where it is no certificate.
 * Base64 of DER, with colons around it (RFC 9440) or without, or PEM with percent escapes, as nginx writes it.
 */
export function forwardedCertificate(header: string): Certificate | 'none' | 'unreadable' {
  if (header === '' || header === '::') return 'none';
  const known = kept.get(header);
  if (known !== undefined) return known;
  if (header.length > HEADER_LENGTH_MAX) return 'unreadable';
  try {
    const read = certificateOf(new X509Certificate(encodedIn(header)));
    kept.set(header, read);
    return read;
  } catch {
    return 'unreadable';
  }
}

/** Throws where there is none. */
function encodedIn(header: string): Buffer | string {
  if (header.startsWith('-----BEGIN')) return decodeURIComponent(header);
  const bare = /^:(.*):$/.exec(header)?.[1] ?? header;
  if (!BASE64.test(bare)) throw new Error('it is not base64');
  return Buffer.from(bare, 'base64');
}
