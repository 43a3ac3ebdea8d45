/**
 * Why a remote server could not be reached, in words that an operator can act on.
 *
 * By the error's code alone: messages of network errors quote addresses, and those of headers what stands in them.
 */

/** A fault that is our own to name; its message holds no secret and no address. */
export class ConnectFault extends Error {}

const NOT_TRUSTED =
  'its certificate comes from no authority that is trusted; `tls.ca` names another';

const REASONS: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: NOT_TRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NOT_TRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NOT_TRUSTED,
  CERT_SIGNATURE_FAILURE: NOT_TRUSTED,
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another name; `tls.servername` says which to expect',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    'it wants a client certificate (`tls.cert` and `tls.key`)',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'it does not trust the client certificate of `tls.cert`',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'it does not accept the client certificate of `tls.cert`',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS at this port',
  ECONNREFUSED: 'nothing listens at its address',
  ECONNRESET: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name could not be looked up',
  UND_ERR_CONNECT_TIMEOUT: 'no connection within connectMs',
  UND_ERR_HEADERS_TIMEOUT: 'no response within headersMs',
  UND_ERR_BODY_TIMEOUT: 'nothing came for idleMs',
};

export function reasonOf(error: Error & { code?: string }): string {
  if (error instanceof ConnectFault) return error.message;
  const code = error.code ?? error.name;
  const words = REASONS[code];
  return words === undefined
    ? `the connection failed (${code})`
    : `the connection failed: ${words} (${code})`;
}
