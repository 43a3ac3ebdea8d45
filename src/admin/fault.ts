/**
 * Every way in which the admin API says no, in one table. Codes are permanent.
 */

export const FAULTS = {
  bad_request: { http: 400, words: 'The request is not as the OpenAPI document says.' },
  unauthenticated: { http: 401, words: 'A token or certificate that is known here is needed.' },
  forbidden: { http: 403, words: 'Your role may not do this.' },
  bad_host: { http: 403, words: 'The Host header names no host of this listener.' },
  bad_origin: { http: 403, words: 'Web pages may not use this.' },
  not_found: { http: 404, words: 'There is no such thing.' },
  method_not_allowed: { http: 405, words: 'There is no such method here.' },
  not_acceptable: { http: 406, words: 'This is not to be had in that form.' },
  conflict: { http: 409, words: 'It is not as you think it is.' },
  too_large: { http: 413, words: 'The body is too large.' },
  unsupported_media: { http: 415, words: 'The content type must be application/json.' },
  too_many_requests: { http: 429, words: 'Too many wrong credentials came from this address.' },
  internal: { http: 500, words: 'This is a bug; the log has more.' },
  unavailable: { http: 503, words: 'This cannot be done at the moment.' },
} as const;

export type FaultCode = keyof typeof FAULTS;

export interface Fault {
  readonly fault: FaultCode;
  readonly words: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function fault(
  code: FaultCode,
  words: string = FAULTS[code].words,
  headers?: Readonly<Record<string, string>>,
): Fault {
  return headers === undefined ? { fault: code, words } : { fault: code, words, headers };
}

export function isFault(value: unknown): value is Fault {
  return typeof value === 'object' && value !== null && 'fault' in value && 'words' in value;
}
