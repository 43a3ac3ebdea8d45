/**
 * Takes a changed configuration into a running gateway: on SIGHUP, when the file or what it refers to changes, and when the
 * admin API is asked to.
 *
 * One reload at a time; what comes meanwhile leads to one more. A configuration that cannot be used is logged and changes
 * nothing. The listener is not reopened: what `listen` says counts at the next start, and that is said.
 */

import { isDeepStrictEqual } from 'node:util';
import type { Admin } from '../admin/admin.ts';
import type { Auth } from '../auth/auth.ts';
import {
  type Config,
  type ConfigWatch,
  type Loaded,
  opensAdmin,
  watchConfig,
} from '../config/config.ts';
import type { Edge } from '../edge/edge.ts';
import type { Gateway, Operation } from '../gateway/gateway.ts';
import type { InspectConfig } from '../inspect/inspect.ts';
import type { Logger } from '../telemetry/telemetry.ts';
import { absolute } from './file.ts';
import { line, load } from './load.ts';
import type { Terminal } from './terminal.ts';

/** What takes a new configuration. */
export interface Reloaded {
  readonly gateway: Gateway;
  /** None over stdio, where nobody is asked. */
  readonly auth?: Auth;
  readonly edge?: Edge;
  /** Where it is open. */
  readonly admin?: Admin | undefined;
  readonly log: Logger;
}

/** What became of a reload. */
export interface Taken {
  readonly ok: boolean;
  /** Why not, for the operator. */
  readonly faults: readonly string[];
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
  /** What is in force. */
  #loaded: (Loaded & { ok: true }) | undefined;
  #round: Promise<Taken> | null = null;
  /** Why one more reload is due: something came before `begin`, or during a reload. */
  #due: string | undefined;

  constructor(terminal: Terminal, file: string, wantsWatch: boolean) {
    this.#terminal = terminal;
    this.#file = file;
    this.#watch = wantsWatch
      ? watchConfig(absolute(terminal, file), () => void this.reload('the file has changed'))
      : undefined;
    // From here on SIGHUP no longer ends the process, which is its default.
    terminal.around.onSignal('SIGHUP', () => void this.reload('SIGHUP'));
  }

  begin(first: Loaded & { ok: true }, reloaded: Reloaded): void {
    this.#running = { first, ...reloaded };
    this.#loaded = first;
    this.#watch?.follow([...first.files, ...tlsFiles(first)]);
    this.#followLock(first);
    if (this.#due !== undefined) void this.reload(this.#due);
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

  /** Resolves when what the file says now is in force, or is known not to be usable. */
  reload(why: string): Promise<Taken> {
    this.#due = why;
    this.#round ??= this.#rounds().finally(() => {
      this.#round = null;
    });
    return this.#round;
  }

  async #rounds(): Promise<Taken> {
    let taken: Taken = { ok: false, faults: ['the gateway has not started yet'] };
    while (this.#due !== undefined && this.#running !== undefined) {
      const due = this.#due;
      this.#due = undefined;
      taken = await this.#take(this.#running, due);
    }
    return taken;
  }

  /** In force; undefined before `begin`. */
  get loaded(): (Loaded & { ok: true }) | undefined {
    return this.#loaded;
  }

  /** The file as it is now. Changes nothing. */
  peek(): Loaded {
    return load(this.#terminal, this.#file);
  }

  async #take({ first, gateway, auth, edge, admin, log }: Running, why: string): Promise<Taken> {
    const loaded = this.peek();
    this.#watch?.follow([...loaded.files, ...tlsFiles(first)]);
    renewTls('listen', edge, log);
    renewTls('admin', admin, log);
    if (!loaded.ok) {
      const faults = loaded.faults.map((fault) => line(this.#terminal, fault));
      log.error({ why, faults }, 'the configuration cannot be used; the old one serves on');
      gateway.happened(reloadOf(why, 'failed', { faults: faults.length }));
      return { ok: false, faults };
    }
    const { rulePacks } = gateway.config.inspect;
    try {
      await auth?.configure(loaded.config.auth);
      await gateway.reload(loaded.config);
    } catch (error) {
      log.error({ why, err: error }, 'the configuration was not taken; the old one serves on');
      gateway.happened(reloadOf(why, 'failed', { hash: loaded.hash }));
      return { ok: false, faults: [(error as Error).message] };
    }
    admin?.configure(loaded.config.admin);
    this.#loaded = loaded;
    this.#followLock(loaded);
    log.level = loaded.config.telemetry.log;
    logWarnings(this.#terminal, loaded, log);
    sayPacks(rulePacks, loaded.config.inspect.rulePacks, log);
    for (const part of atNextStart(first.config, loaded.config)) {
      log.warn(`${part} has changed, which takes effect at the next start`);
    }
    log.info({ why, hash: loaded.hash }, 'configuration loaded');
    gateway.happened(reloadOf(why, 'ok', { hash: loaded.hash }));
    return { ok: true, faults: [] };
  }
}

function reloadOf(why: string, outcome: 'ok' | 'failed', details: Operation['details']): Operation {
  const about = { by: why, address: '', target: '' };
  return { kind: 'operation', action: 'reload', ...about, outcome, details };
}

/** Parts of the file that a running gateway cannot take. */
export function atNextStart(before: Config, after: Config): string[] {
  const place = ({ host, port, tls, calls }: Config['admin']) => ({ host, port, tls, calls });
  const isOther = !isDeepStrictEqual(place(before.admin), place(after.admin));
  const isOpening = opensAdmin(after.admin) !== opensAdmin(before.admin);
  return [
    ...(isDeepStrictEqual(before.listen, after.listen) ? [] : ['listen']),
    ...(isOther || isOpening ? ['admin'] : []),
    ...(isOtherAudit(before.audit, after.audit) ? ['audit'] : []),
    ...(isOtherTelemetry(before.telemetry, after.telemetry) ? ['telemetry'] : []),
  ];
}

/** The level of the log follows at once. */
function isOtherTelemetry(first: Config['telemetry'], { log, ...now }: Config['telemetry']) {
  return !isDeepStrictEqual(first, { log: first.log, ...now });
}

function isOtherAudit(first: Config['audit'], now: Config['audit']): boolean {
  const fixed = (audit: Config['audit']) => {
    if (audit === undefined) return undefined;
    const { dir, signKey, bufferBytes, onOverflow, sinks } = audit;
    return { dir, signKey, bufferBytes, onOverflow, sinks };
  };
  return !isDeepStrictEqual(fixed(first), fixed(now));
}

/** Those that the listeners have: what a changed file says of them counts at the next start. */
function tlsFiles({ config }: Loaded & { ok: true }): string[] {
  return [config.listen.tls, config.admin.tls].flatMap((tls) =>
    [tls?.cert, tls?.key, tls?.clientCa].filter((file) => file !== undefined),
  );
}

/** Also where the file has a fault: a certificate that is about to end should not wait for it. */
function renewTls(part: string, at: { renewTls(): void } | undefined, log: Logger): void {
  try {
    at?.renewTls();
  } catch (error) {
    const why = (error as Error).message;
    log.error({ why }, `the files of ${part}.tls cannot be used; the old certificate serves on`);
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
