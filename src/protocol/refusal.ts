/**
 * Every way in which Sluice says no, in one table.
 *
 * A refusal is a value, not an exception: returned it costs 0.1 us, thrown 5 us, and a flood of bad requests must
 * not buy the sender that factor. `code` is permanent and is what programs test; words may change. `detail` is for the
 * operator's record only and never reaches the caller.
 *
 * `rpc`: JSON-RPC error code. The specification keeps -32020..-32099 for itself and calls -32000..-32019 legacy
 * (2026-07-28 basic/index), so codes of our own are positive. `http`: status where the transport has one; refusals
 * that answer a well-formed call stay 200, because legacy client SDKs drop the body of anything else.
 */

export const REFUSALS = {
  parse_error: { rpc: -32700, http: 400, words: 'The body is not valid JSON.' },
  invalid_request: {
    rpc: -32600,
    http: 400,
    words: 'The message is not a valid JSON-RPC 2.0 message.',
  },
  unknown_method: { rpc: -32601, http: 200, words: 'This method is not known here.' },
  invalid_params: {
    rpc: -32602,
    http: 200,
    words: 'The parameters are not valid for this method.',
  },
  bad_meta: {
    rpc: -32602,
    http: 400,
    words: 'params._meta lacks what every request of this protocol version must carry.',
  },
  header_mismatch: { rpc: -32020, http: 400, words: 'A header does not agree with the body.' },
  missing_capability: {
    rpc: -32021,
    http: 400,
    words: 'The call needs a client capability that was not declared.',
  },
  unsupported_version: { rpc: -32022, http: 400, words: 'This protocol version is not supported.' },
  unknown_tool: { rpc: -32602, http: 200, words: 'There is no tool of this name.' },
  unknown_prompt: { rpc: -32602, http: 200, words: 'There is no prompt of this name.' },
  unknown_resource: { rpc: -32602, http: 200, words: 'There is no resource of this URI.' },
  unknown_route: { rpc: 4040, http: 404, words: 'There is no MCP endpoint at this path.' },
  unknown_session: {
    rpc: 4041,
    http: 404,
    words: 'This session is not known or has ended. Initialize again.',
  },
  session_required: {
    rpc: -32600,
    http: 400,
    words: 'This request needs an Mcp-Session-Id header. Initialize first.',
  },
  bad_host: {
    rpc: 4030,
    http: 403,
    words: 'The Host header names a host that this gateway does not serve.',
  },
  bad_origin: {
    rpc: 4031,
    http: 403,
    words: 'The Origin header names a web origin that is not allowed here.',
  },
  unauthenticated: {
    rpc: 4010,
    http: 401,
    words: 'This gateway must know who calls: send a valid credential.',
  },
  forbidden: { rpc: 4033, http: 200, words: 'You may not call this tool in this way.' },
  stopped: { rpc: 5035, http: 503, words: 'The operator has stopped this for now.' },
  insufficient_scope: {
    rpc: 4032,
    http: 403,
    words: 'The access token lacks a scope that this needs.',
  },
  too_many_attempts: {
    rpc: 4291,
    http: 429,
    words: 'Too many credentials from this address were refused. Try again later.',
  },
  identity_unavailable: {
    rpc: 5034,
    http: 503,
    words: 'The credential cannot be checked now. Try again shortly.',
  },
  not_acceptable: {
    rpc: 4060,
    http: 406,
    words: 'Accept must list application/json and text/event-stream.',
  },
  unsupported_media: { rpc: 4150, http: 415, words: 'The Content-Type must be application/json.' },
  method_not_allowed: { rpc: 4050, http: 405, words: 'This HTTP method is not allowed here.' },
  too_large: { rpc: 4130, http: 413, words: 'The message is larger than this gateway accepts.' },
  too_slow: { rpc: 4080, http: 408, words: 'The request body did not arrive in time.' },
  stream_taken: { rpc: 4090, http: 409, words: 'This session already has a stream open.' },
  too_many_requests: {
    rpc: 4290,
    http: 429,
    words: 'A limit of this gateway on how much may be called is reached.',
  },
  invalid_arguments: {
    rpc: -32602,
    http: 200,
    words: 'The arguments do not fit the input schema of this tool.',
  },
  content_blocked: {
    rpc: 4034,
    http: 200,
    words: 'Inspection found something in this that the gateway does not let through.',
  },
  not_inspected: {
    rpc: 5036,
    http: 200,
    words: 'This could not be inspected, and nothing passes uninspected. Try again shortly.',
  },
  approval_required: {
    rpc: 4035,
    http: 200,
    words: 'Somebody must approve this call, and nobody has.',
  },
  busy: { rpc: 5031, http: 503, words: 'A limit of this gateway is reached. Try again shortly.' },
  draining: { rpc: 5032, http: 503, words: 'This gateway is shutting down.' },
  audit_unavailable: {
    rpc: 5037,
    http: 503,
    words: 'What is called here must be recorded, and cannot be now. Try again shortly.',
  },
  circuit_open: {
    rpc: 5033,
    http: 503,
    words: 'The server behind this call fails and is not called for now.',
  },
  backend_unavailable: {
    rpc: 5030,
    http: 200,
    words: 'The server behind this call is not available.',
  },
  deadline_exceeded: { rpc: 5040, http: 200, words: 'The server did not answer in time.' },
  bad_request_state: {
    rpc: -32602,
    http: 400,
    words: 'requestState is not valid for this request, or has expired.',
  },
  internal: { rpc: -32603, http: 500, words: 'Something went wrong in the gateway.' },
} as const satisfies Record<string, { rpc: number; http: number; words: string }>;

export type RefusalCode = keyof typeof REFUSALS;

export interface Refusal {
  readonly code: RefusalCode;
  /** One plain sentence for the caller; no stack, no path, no secret. */
  readonly words: string;
  /** Extra members of the JSON-RPC error's `data`, beside `code`. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** For the operator's log and audit only. */
  readonly detail?: string;
}

/** Makes a refusal; `words` default to those of the table. */
export function refuse(
  code: RefusalCode,
  words: string = REFUSALS[code].words,
  data?: Readonly<Record<string, unknown>>,
  detail?: string,
): Refusal {
  return {
    code,
    words,
    ...(data === undefined ? {} : { data }),
    ...(detail === undefined ? {} : { detail }),
  };
}

/** The JSON-RPC error reply. `id` is raw JSON text ('null' where the request's could not be read). */
export function refusalBytes(id: string, refusal: Refusal): Buffer {
  const error = {
    code: REFUSALS[refusal.code].rpc,
    message: refusal.words,
    data: { code: refusal.code, ...refusal.data },
  };
  return Buffer.from(
    `{"jsonrpc":"2.0","id":${id === '' ? 'null' : id},"error":${JSON.stringify(error)}}`,
  );
}
