/**
 * The audit log in trouble: what do a full disk and a dead sink do to callers?
 *
 * Calls come on a fixed schedule: before, while there is trouble, and after it. A full disk is a limit on the size of the
 * gateway's files, which is set on the running process and lifted again (`prlimit` of util-linux; where there is none these
 * rows are left out): each write then fails as on a disk without room. The sink is a web server in this process, which goes
 * away, or takes batches and does not answer.
 */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { newKeys } from '../../src/audit/audit.ts';
import { canLimitFiles, limitFiles } from '../file-limit.ts';
import { freePort } from '../free-port.ts';
import { firstAnswer } from './control.ts';
import type { Cpus } from './cpus.ts';
import { type Player, start } from './deck.ts';
import { type Errors, errorsOf, type Figures, faultsOf, figuresOf, median } from './figures.ts';
import { echo, type Subject, sluice } from './roster.ts';
import { measure } from './rounds.ts';
import type { Settings } from './settings.ts';

const CONNECTIONS = 16;
const PHASES = ['before', 'during', 'after'] as const;
/** Nothing here takes longer to come back: a sink is tried again after 30 s at most. */
const BACK_MS_MAX = 60_000;
const POLL_MS = 5;

export interface Phase extends Errors {
  readonly p50: number;
  readonly p99: number;
  /** The longest of all rounds. */
  readonly max: number;
  readonly calls: number;
}

export interface AuditTrouble {
  readonly subject: string;
  readonly kind: string;
  readonly rate: number;
  readonly phases: Readonly<Record<(typeof PHASES)[number], Phase>>;
  /** Medians of the ratios within a round, during to before. */
  readonly ratioP50: number;
  readonly ratioP99: number;
  /** From the end of the trouble until a call is answered again, or a sink gets records again. */
  readonly backMs: number;
  /** Calls are refused on purpose; errors of any other phase or kind of trouble are faults. */
  readonly refuses: boolean;
}

interface Trouble {
  readonly kind: string;
  readonly audit: object;
  readonly refuses?: boolean;
  begin(gateway: Player): Promise<void> | void;
  end(gateway: Player): Promise<void> | void;
  isOver(gateway: Player): Promise<boolean> | boolean;
}

/** A place for records, which may be in trouble itself. */
class Hook {
  readonly #server: Server;
  readonly #port: number;
  batches = 0;
  isSilent = false;

  constructor(port: number) {
    this.#port = port;
    this.#server = createServer((request, response) => {
      request.resume().on('end', () => {
        if (this.isSilent) return;
        this.batches += 1;
        response.end();
      });
    });
  }

  get sink(): object {
    const url = `http://127.0.0.1:${this.#port}/`;
    return { id: 'hook', kind: 'webhook', url, secret: 'a secret of the bench' };
  }

  async open(): Promise<void> {
    this.batches = 0;
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

const answers = ({ url }: Player) =>
  firstAnswer(url, 'modern').then(
    () => true,
    () => false,
  );

function fullDisk(onOverflow: 'refuse' | 'record-gap'): Trouble {
  return {
    kind: `full disk, \`onOverflow: ${onOverflow}\``,
    audit: { onOverflow },
    refuses: onOverflow === 'refuse',
    begin: ({ pids: [pid] }) => limitFiles(pid, '0:unlimited'),
    end: ({ pids: [pid] }) => limitFiles(pid, 'unlimited'),
    isOver: answers,
  };
}

/** The control has no trouble; each row has a gateway of its own. */
function troubles(hook: Hook): Trouble[] {
  const audit = { sinks: [hook.sink] };
  const isOver = () => hook.batches > 0;
  const none = { kind: 'none', audit, begin() {}, end() {}, isOver };
  const gone = { kind: 'sink gone', audit, begin: () => hook.close(), end: () => hook.open() };
  const silent: Trouble = {
    ...{ kind: 'sink silent', audit, isOver },
    begin: () => {
      hook.isSilent = true;
    },
    end: async () => {
      hook.isSilent = false;
      // What it has not answered it never will.
      hook.close();
      await hook.open();
    },
  };
  const disks = canLimitFiles() ? [fullDisk('refuse'), fullDisk('record-gap')] : [];
  return [none, ...disks, { ...gone, isOver }, silent];
}

export async function inTrouble(subject: Subject, settings: Settings, cpus: Cpus) {
  const hook = new Hook(await freePort());
  const rows: AuditTrouble[] = [];
  for (const trouble of troubles(hook).filter(({ kind }) => settings.troubles.test(kind))) {
    await hook.open();
    const port = await freePort();
    const audit = { signKey: newKeys().privateKey, ...trouble.audit };
    const options = { ...subject.sluice, features: [{ name: 'audit', config: { audit } }] };
    const program = sluice(port, { echo: echo('modern') }, options);
    const who = { name: subject.name, url: subject.url(port) };
    const gateway = await start(who, program, 'modern', cpus);
    try {
      rows.push(await compare(gateway, trouble, settings, cpus));
    } finally {
      await gateway.stop();
      hook.close();
    }
  }
  return rows;
}

async function compare(
  gateway: Player,
  trouble: Trouble,
  settings: Settings,
  cpus: Cpus,
): Promise<AuditTrouble> {
  const mix = [{ kind: 'call' as const, bytes: 300, weight: 1 }];
  const shape = {
    era: 'modern' as const,
    connections: CONNECTIONS,
    rate: settings.troubleRate,
    mix,
  };
  const figures = async () => figuresOf(await measure(gateway, shape, settings, cpus));
  const rounds: Record<(typeof PHASES)[number], Figures>[] = [];
  const backs: number[] = [];
  for (let round = 0; round < settings.rounds; round++) {
    const before = await figures();
    await trouble.begin(gateway);
    const during = await figures();
    await trouble.end(gateway);
    backs.push(await untilOver(gateway, trouble));
    rounds.push({ before, during, after: await figures() });
  }
  const phase = (name: (typeof PHASES)[number]): Phase => {
    const found = rounds.map((round) => round[name]);
    return {
      p50: median(found.map(({ p50 }) => p50)),
      p99: median(found.map(({ p99 }) => p99)),
      max: Math.max(...found.map(({ max }) => max)),
      calls: found.reduce((sum, { calls }) => sum + calls, 0),
      ...errorsOf(found),
    };
  };
  const ratio = (figure: 'p50' | 'p99') =>
    median(rounds.map(({ before, during }) => during[figure] / before[figure]));
  return {
    subject: gateway.name,
    kind: trouble.kind,
    rate: settings.troubleRate,
    phases: { before: phase('before'), during: phase('during'), after: phase('after') },
    ratioP50: ratio('p50'),
    ratioP99: ratio('p99'),
    backMs: median(backs),
    refuses: trouble.refuses === true,
  };
}

async function untilOver(gateway: Player, { kind, isOver }: Trouble): Promise<number> {
  const from = performance.now();
  while (!(await isOver(gateway))) {
    const ms = performance.now() - from;
    if (ms > BACK_MS_MAX) throw new Error(`${kind}: still after ${ms.toFixed(0)} ms`);
    await sleep(POLL_MS);
  }
  return performance.now() - from;
}

/** What should not have happened, in words. */
export function troublesOf({ subject, kind, phases, refuses }: AuditTrouble): string[] {
  return PHASES.filter((name) => !(refuses && name === 'during')).flatMap((name) =>
    faultsOf(`audit in trouble on ${subject}, ${kind}, ${name}`, phases[name]),
  );
}
