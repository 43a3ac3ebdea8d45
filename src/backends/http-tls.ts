/**
 * The certificates with which one remote server is met, read from their files when a connection is made.
 *
 * A renewed file counts for the next connection, without a restart: what was read is kept until a file's time or size
 * changes. Contents, and of faults all but the kind, appear nowhere.
 */

import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ConnectFault } from './http-reason.ts';

/** Paths, absolute. */
export interface TlsConfig {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly servername?: string | undefined;
}

/** What node:tls takes. */
export interface TlsMaterial {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly servername?: string;
}

/** A bundle of all public authorities takes some 220 KB. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;
const PARTS = ['ca', 'cert', 'key'] as const;

export class TlsFiles {
  readonly #config: TlsConfig;
  #stamp = '';
  #material: TlsMaterial = {};

  constructor(config: TlsConfig) {
    this.#config = config;
  }

  /** What the files hold now; the same object as long as none of them changed. Throws a `ConnectFault`. */
  read(): TlsMaterial {
    const stamp = PARTS.map((part) => this.#stampOf(part)).join(' ');
    if (stamp === this.#stamp) return this.#material;
    const material: { ca?: Buffer; cert?: Buffer; key?: Buffer; servername?: string } = {};
    for (const part of PARTS) {
      const path = this.#config[part];
      if (path !== undefined) material[part] = this.#attempt(part, () => readFileSync(path));
    }
    if (this.#config.servername !== undefined) material.servername = this.#config.servername;
    // Judged here: within a handshake the same fault would be an exception of its own.
    try {
      createSecureContext(material);
    } catch {
      throw new ConnectFault(
        'the files of `tls` do not hold a certificate and the key that belongs to it',
      );
    }
    this.#stamp = stamp;
    this.#material = material;
    return material;
  }

  #stampOf(part: (typeof PARTS)[number]): string {
    const path = this.#config[part];
    if (path === undefined) return '-';
    const { mtimeMs, size, ino } = this.#attempt(part, () => statSync(path));
    if (size > FILE_BYTES_MAX) throw new ConnectFault(`the file of tls.${part} is too large`);
    return `${mtimeMs}/${size}/${ino}`;
  }

  #attempt<T>(part: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      throw new ConnectFault(`the file of tls.${part} cannot be read (${code})`);
    }
  }
}
