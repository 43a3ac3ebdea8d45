/**
 * What the admin API needs of the process around it, beside the gateway: whoever starts it gives it these.
 */

import type { Gateway, RecentCalls } from '../gateway/gateway.ts';
import type { Stop } from '../policy/policy.ts';

/** One place where two configurations differ. Values as they may be shown. */
export interface Change {
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface Difference {
  /** Of the file as it is now, and whether it can be used. */
  readonly hash: string | null;
  readonly faults: readonly string[];
  readonly changes: readonly Change[];
  /** Servers that a reload would start, end, or replace. */
  readonly servers: {
    readonly started: readonly string[];
    readonly ended: readonly string[];
    readonly replaced: readonly string[];
  };
  /** What would count at the next start only. */
  readonly nextStart: readonly string[];
}

export interface Configuration {
  /** In force, without its secrets. `hash`: SHA-256 of the file. */
  current(): { readonly hash: string; readonly config: unknown };
  /** What a reload would change. */
  difference(): Difference;
  /** Resolves when it is over; the words for the operator where the file cannot be used. */
  reload(): Promise<{
    readonly ok: boolean;
    readonly hash: string;
    readonly faults: readonly string[];
  }>;
}

export interface StopFile {
  readonly stopped: readonly Stop[];
  /** Writes the file and puts it in force. Throws what the file system throws. */
  write(stopped: readonly Stop[]): void;
}

/** One thing that somebody did with the admin API, or was not let do. */
export interface Deed {
  /** The id of a token or certificate; '' where nobody is known. */
  readonly who: string;
  readonly address: string;
  /** The operation, as in the OpenAPI document. */
  readonly action: string;
  /** On what: a server, `server.tool`, a caller; '' for none. */
  readonly subject: string;
  /** `done`, or the code of what was answered instead. */
  readonly outcome: string;
}

/** What is measured; the class in `telemetry/` fits it. */
export interface Measured {
  /** For a scraper with this Accept header; undefined where metrics are off. */
  exposition(accept: string): Text | undefined;
  latency(): Promise<readonly object[]>;
}

/** An answer that is no JSON. */
export interface Text {
  readonly contentType: string;
  readonly slices: AsyncIterable<Buffer>;
}

export interface AdminHouse {
  readonly gateway: Gateway;
  readonly measured: Measured;
  /** Null where none are kept. */
  readonly recent: RecentCalls | null;
  readonly configuration: Configuration;
  readonly stops: StopFile;
  /** Ends sessions, streams and calls of these callers. */
  endCaller(id: string): void;
  record(deed: Deed): void;
}

/** What this folder says to the operator; pino's logger is one. */
export interface AdminLog {
  info(fields: object, words: string): void;
  warn(fields: object, words: string): void;
  error(fields: object, words: string): void;
}
