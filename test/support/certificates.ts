/** Certificates for tests, made by the openssl program of the system: an authority and what it signs. */

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { temporaryFolder } from './temp.ts';

/** Paths of PEM files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export class Authority {
  readonly folder = temporaryFolder('certificates');
  readonly ca: string;
  readonly #key: string;
  #serial = 1;

  constructor(name = 'Test Authority') {
    this.ca = join(this.folder, 'ca.pem');
    this.#key = join(this.folder, 'ca.key');
    const names = ['-subj', `/CN=${name}`, '-days', '2'];
    this.#run('req', '-x509', ...CURVE, ...names, '-keyout', this.#key, '-out', this.ca);
  }

  /** A certificate with this name; for a server it is also that of its host. */
  issue(name: string, hosts = 'DNS:localhost,IP:127.0.0.1'): Certificate {
    this.#serial += 1;
    const base = join(this.folder, `${name}-${this.#serial}`);
    const [key, request, cert, extensions] = [
      `${base}.key`,
      `${base}.csr`,
      `${base}.pem`,
      `${base}.ext`,
    ];
    writeFileSync(extensions, `subjectAltName=${hosts}\n`);
    this.#run('req', '-new', ...CURVE, '-subj', `/CN=${name}`, '-keyout', key, '-out', request);
    const by = ['-CA', this.ca, '-CAkey', this.#key, '-set_serial', String(this.#serial)];
    const to = ['-days', '2', '-extfile', extensions, '-out', cert];
    this.#run('x509', '-req', '-in', request, ...by, ...to);
    return { cert, key };
  }

  #run(...args: string[]): void {
    execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 30_000 });
  }
}

/** As node:tls takes it. */
export function pem({ cert, key }: Certificate): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

/** The serial number of the certificate that a listener shows. */
export function serialAt(port: number, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ca: readFileSync(ca) }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
