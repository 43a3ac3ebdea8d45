/**
 * Takes a changed configuration into a running gateway: on SIGHUP, and when the file or what it refers to changes.
 *
 * One reload at a time; what comes meanwhile leads to one more. A configuration that cannot be used is logged and changes
 * nothing. The listener is not reopened: what `listen` says counts at the next start, and that is said.
 */

import { isDeepStrictEqual } from 'node:util';
import type { Auth } from '../auth/auth.ts';
import { type Config, type ConfigWatch, type Loaded, watchConfig } from '../config/config.ts';
import type { Edge } from '../edge/edge.ts';
import type { Gateway, Operation } from '../gateway/gateway.ts';
import type { InspectConfig } from '../inspect/inspect.ts';
import type { Logger } from '../telemetry/telemetry.ts';
import { absolute, line, load } from './load.ts';
import type { Terminal } from './terminal.ts';

/** What takes a new configuration. */
export interface Reloaded {
  readonly gateway: Gateway;
  /** None over stdio, where nobody is asked. */
  readonly auth?: Auth;
  readonly edge?: Edge;
  readonly log: Logger;
}

interface Running extends Reloaded {
  readonly first: Loaded & { ok: true };
}

export class Reloading {
  readonly #terminal: Terminal;
  readonly #file: string;
  readonly #watch: ConfigWatch | undefined;
  /** Tells of approvals; follows the lock file of the configuration in force. */
  #lockWatch: { readonly file: string; readonly watch: ConfigWatch } | undefined;
  #running: Running | undefined;
  #isBusy = false;
  /** Why one more reload is due: something came before `begin`, or during a reload. */
  #due: string | undefined;

  constructor(terminal: Terminal, file: string, wantsWatch: boolean) {
    this.#terminal = terminal;
    this.#file = file;
    this.#watch = wantsWatch
      ? watchConfig(absolute(terminal, file), () => void this.#reload('the file has changed'))
      : undefined;
    // From here on SIGHUP no longer ends the process, which is its default.
    terminal.around.onSignal('SIGHUP', () => void this.#reload('SIGHUP'));
  }

  begin(first: Loaded & { ok: true }, reloaded: Reloaded): void {
    this.#running = { first, ...reloaded };
    this.#watch?.follow([...first.files, ...tlsFiles(first)]);
    this.#followLock(first);
    if (this.#due !== undefined) void this.#reload(this.#due);
  }

  close(): void {
    this.#running = undefined;
    this.#watch?.close();
    this.#lockWatch?.watch.close();
  }

  #followLock({ config }: Loaded & { ok: true }): void {
    const { file } = config.inspect.lock;
    if (this.#watch === undefined || this.#lockWatch?.file === file) return;
    this.#lockWatch?.watch.close();
    const relock = () => {
      this.#running?.gateway.relock().catch((error: unknown) => {
        this.#running?.log.error({ err: error }, 'the lock file was not taken; the old one counts');
      });
    };
    this.#lockWatch = { file, watch: watchConfig(file, relock) };
  }

  async #reload(why: string): Promise<void> {
    this.#due = why;
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.#due !== undefined && this.#running !== undefined) {
      const due = this.#due;
      this.#due = undefined;
      await this.#take(this.#running, due);
    }
    this.#isBusy = false;
  }

  async #take({ first, gateway, auth, edge, log }: Running, why: string): Promise<void> {
    const loaded = load(this.#terminal, this.#file);
    this.#watch?.follow([...loaded.files, ...tlsFiles(first)]);
    renewTls(edge, log);
    if (!loaded.ok) {
      const faults = loaded.faults.map((fault) => line(this.#terminal, fault));
      log.error({ why, faults }, 'the configuration cannot be used; the old one serves on');
      gateway.happened(reloadOf(why, 'failed', { faults: faults.length }));
      return;
    }
    const { rulePacks } = gateway.config.inspect;
    try {
      await auth?.configure(loaded.config.auth);
      await gateway.reload(loaded.config);
    } catch (error) {
      log.error({ why, err: error }, 'the configuration was not taken; the old one serves on');
      gateway.happened(reloadOf(why, 'failed', { hash: loaded.hash }));
      return;
    }
    this.#followLock(loaded);
    log.level = loaded.config.telemetry.log;
    logWarnings(this.#terminal, loaded, log);
    sayPacks(rulePacks, loaded.config.inspect.rulePacks, log);
    if (!isDeepStrictEqual(loaded.config.listen, first.config.listen)) {
      log.warn('listen has changed, which takes effect at the next start');
    }
    if (isOtherAudit(first.config.audit, loaded.config.audit)) {
      log.warn('where the audit log lies, its key and buffer take effect at the next start');
    }
    log.info({ why, hash: loaded.hash }, 'configuration loaded');
    gateway.happened(reloadOf(why, 'ok', { hash: loaded.hash }));
  }
}

function reloadOf(why: string, outcome: 'ok' | 'failed', details: Operation['details']): Operation {
  const about = { by: why, address: '', target: '' };
  return { kind: 'operation', action: 'reload', ...about, outcome, details };
}

function isOtherAudit(first: Config['audit'], now: Config['audit']): boolean {
  const fixed = (audit: Config['audit']) => {
    if (audit === undefined) return undefined;
    const { dir, signKey, bufferBytes, onOverflow } = audit;
    return { dir, signKey, bufferBytes, onOverflow };
  };
  return !isDeepStrictEqual(fixed(first), fixed(now));
}

/** Those that the listener has: what a changed file says of them counts at the next start. */
function tlsFiles({ config }: Loaded & { ok: true }): string[] {
  const { cert, key, clientCa } = config.listen.tls ?? {};
  return [cert, key, clientCa].filter((file) => file !== undefined);
}

/** Also where the file has a fault: a certificate that is about to end should not wait for it. */
function renewTls(edge: Edge | undefined, log: Logger): void {
  try {
    edge?.renewTls();
  } catch (error) {
    const why = (error as Error).message;
    log.error({ why }, 'the files of listen.tls cannot be used; the old certificate serves on');
  }
}

type Packs = InspectConfig['rulePacks'];

/** What rules are in force is said, and that a pack is another under the same version. */
export function sayPacks(before: Packs, now: Packs = [], log: Logger): void {
  for (const { name, version, sha256 } of now) {
    const old = before?.find((pack) => pack.name === name);
    if (old?.sha256 === sha256) continue;
    log.info({ pack: name, version, sha256 }, 'rule pack');
    if (old?.version !== version) continue;
    log.warn({ pack: name, version }, 'a rule pack has changed and not its version');
  }
}

export function logWarnings(terminal: Terminal, loaded: Loaded & { ok: true }, log: Logger): void {
  for (const warning of loaded.warnings) log.warn(line(terminal, warning));
}
