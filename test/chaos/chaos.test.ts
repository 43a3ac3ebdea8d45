/**
 * A minute of everything at once: servers that are killed, stopped, stall, crash, write rubbish, answer twice or lose
 * their sessions, and clients that leave, cancel, hesitate and sip. Afterwards every call has had one answer, nobody
 * has had another's, everything works again, and nothing is left over.
 *
 *   CHAOS_MS=600000 CHAOS_SEED=7 node --test dist/test/chaos/chaos.test.js
 *
 * A seed repeats what is asked and what is done, in much the same order; how these meet is up to the machine.
 */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../../src/lib/process-id.ts';
import { RunningGateway, until } from '../e2e/running-gateway.ts';
import { generator } from '../support/random.ts';
import { type StartedProcess, startProcess } from '../support/spawn.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';
import { Caller, type Stage } from './caller.ts';
import { configuration, FAULTS, HARD, SERVERS, type ServerName, STDIO } from './house.ts';
import { descriptors, HAS_PROC, liveBytes, processesWith } from './processes.ts';
import { Saboteur } from './saboteur.ts';
import { Tally } from './tally.ts';
import { faultsInTurns } from './turns.ts';

const CHAOS_MS = Number(process.env.CHAOS_MS ?? 60_000);
const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);
const WARM_UP_MS = Math.min(5000, CHAOS_MS / 2);
const MORE_MAX = 4;
const KILLED_AFTER_MS = Math.min(2000, CHAOS_MS / 2);
const LEGACY_CALLERS = 16;
const MODERN_CALLERS = 8;
const MIB = 1024 * 1024;
/** Servers that keep failing are tried again after at most 30 s. */
const RECOVERY_MS = 90_000;
/** What the load leaves in tables that grow once; a leak of 200 bytes per call would be more. */
const GROWTH_BYTES_MAX = 6 * MIB;

interface House {
  readonly stage: Stage;
  readonly record: string;
  readonly memoryFile: string;
  readonly far: StartedProcess;
}

async function open(): Promise<House> {
  const folder = temporaryFolder('chaos');
  const record = join(folder, 'record');
  writeFileSync(record, '');
  const memoryFile = join(folder, 'memory');
  const program = compiled('test/support/fixtures/chaos-http.js');
  const far = await startProcess(process.execPath, [program, record], {
    readyLine: /^ready (\S+)/,
  });
  const probe = `--import=${compiled('bench/subjects/memory-probe.js')}`;
  const gateway = await RunningGateway.start(configuration(record, far.ready), ['--no-watch'], {
    BENCH_MEMORY_FILE: memoryFile,
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} ${probe}`,
  });
  await gateway.settled();
  const turns = faultsInTurns(generator(SEED));
  const stage: Stage = { gateway, tally: new Tally(), turns, isDead: false, isOver: false };
  return { stage, record, memoryFile, far };
}

/** All clients and the saboteur, for so long; resolves when the last answer has come. */
async function load({ stage, record }: House, durationMs: number, seed: number): Promise<void> {
  stage.isOver = false;
  const callers = [
    ...Array.from({ length: LEGACY_CALLERS }, (_, at) => new Caller(stage, 'legacy', at, seed)),
    ...Array.from(
      { length: MODERN_CALLERS },
      (_, at) => new Caller(stage, 'modern', at + 100, seed),
    ),
  ];
  const saboteur = new Saboteur(stage, new Caller(stage, 'legacy', 999, seed), record, seed);
  const work = Promise.all([...callers, saboteur].map((one) => one.run()));
  const cancel = new AbortController();
  const over = sleep(durationMs, undefined, { signal: cancel.signal }).catch(() => {});
  await Promise.race([over, work]);
  stage.isOver = true;
  await work;
  // What is left of the time would keep the process.
  cancel.abort();
}

/** How long until every server has answered a new call, of both eras. */
async function recovery({ stage }: House): Promise<string> {
  const started = Date.now();
  const calm: Stage = { ...stage, tally: new Tally(), isDead: false, isOver: true };
  const caller = new Caller(calm, 'modern', 0, started);
  const waitFor = async (server: ServerName) => {
    while (!(await caller.ask({ server, tool: 'work', fault: '' }))) {
      const { body } = await stage.gateway.readiness();
      const state = JSON.stringify(body.servers[server]);
      assert.ok(Date.now() - started < RECOVERY_MS, `${server} does not come back: ${state}`);
      await sleep(100);
    }
    return `${server} ${Date.now() - started}`;
  };
  const each = await Promise.all(SERVERS.map(waitFor));
  assert.deepEqual(calm.tally.wrongs, []);
  return each.join(', ');
}

interface Level {
  /** In milliseconds, by server. */
  readonly recovered: string;
  readonly bytes: number;
  readonly descriptors: number;
  readonly children: number;
}

/** What the gateway holds once everything has answered again and the clients have gone. */
async function level(house: House): Promise<Level> {
  const { stage, record, memoryFile } = house;
  const { pid } = stage.gateway.process;
  const recovered = await recovery(house);
  const children = () => processesWith(record).filter(({ parent }) => parent === pid).length;
  // Sessions have ended, and their processes with them; one is kept for the anonymous caller of `recovery`.
  await until(
    () => children() <= SHARED_PROCESSES + 1,
    () => `${children()} processes are left: ${JSON.stringify(processesWith(record))}`,
  );
  await until(
    () => descriptors(pid) <= DESCRIPTORS_MAX,
    () => `${descriptors(pid)} descriptors`,
  );
  const bytes = await liveBytes(pid, memoryFile);
  return { recovered, bytes, descriptors: descriptors(pid), children: children() };
}

/** steady, reader and personal have one shared process each, the others two. */
const SHARED_PROCESSES = 7;
/** Three pipes for each process; what Node.js and the web server open themselves; idle connections to the remote. */
const DESCRIPTORS_MAX = 120;

/** The record of the servers: how often each call ran, and which faults really happened. */
function deeds(record: string): { runs: Map<string, number>; faults: Map<string, number> } {
  const runs = new Map<string, number>();
  const faults = new Map<string, number>();
  for (const line of readFileSync(record, 'utf8').split('\n')) {
    const [kind, ...rest] = line.split(' ');
    const key = rest.join(' ');
    const into = kind === 'run' ? runs : faults;
    if (key !== '') into.set(key, (into.get(key) ?? 0) + 1);
  }
  return { runs, faults };
}

function isGone(record: string): Promise<void> {
  return until(
    () =>
      processesWith(record).filter(({ command }) => command.includes('chaos-stdio')).length === 0,
    () => `left over: ${JSON.stringify(processesWith(record))}`,
  );
}

describe('chaos', {
  skip: !HAS_PROC && 'needs /proc',
  timeout: CHAOS_MS * (2 + MORE_MAX) + 240_000,
}, () => {
  it('every call gets its own answer, once, and nothing is left over', async () => {
    console.log(`chaos: CHAOS_SEED=${SEED} CHAOS_MS=${CHAOS_MS}`);
    const house = await open();
    after(() => Promise.all([house.stage.gateway.stop(), house.far.stop()]));
    const { stage, record } = house;
    const { gateway, tally } = stage;
    await load(house, WARM_UP_MS, SEED + 1);
    const before = await level(house);
    await load(house, CHAOS_MS, SEED);
    // On a slow machine a short run does not come to everything: then it goes on.
    for (
      let more = 1;
      more <= MORE_MAX && unreached(tally, deeds(record).faults).length > 0;
      more++
    )
      await load(house, CHAOS_MS, SEED + 2 + more);
    const { runs, faults } = deeds(record);
    console.log(figures(tally, runs, faults));
    assert.deepEqual(tally.wrongs, [], `CHAOS_SEED=${SEED}`);
    const behind = await level(house);
    console.log(difference(before, behind));
    // The signal by which the probe is asked for memory also asks the gateway for its report of itself.
    const said = gateway.process.stderr().split('\n');
    assert.deepEqual(
      said.filter((line) => line !== '' && !line.startsWith('{"report":')),
      [],
    );
    const twice = [...runs].filter(([run, times]) => times > (run.startsWith('read ') ? 2 : 1));
    assert.deepEqual(twice, [], 'ran more often than it may');
    assert.ok(
      behind.bytes - before.bytes < GROWTH_BYTES_MAX,
      `${before.bytes} became ${behind.bytes}`,
    );
    assert.deepEqual(unreached(tally, faults), [], 'never happened');

    gateway.process.child.kill('SIGTERM');
    assert.equal(await gateway.process.exited, 0);
    await isGone(record);
  });

  it('of a gateway that is killed in the middle, no process is left either', async () => {
    const house = await open();
    after(() => Promise.all([house.stage.gateway.stop(), house.far.stop()]));
    const { stage, record } = house;
    const loaded = load(house, CHAOS_MS, SEED + 2);
    await sleep(KILLED_AFTER_MS);
    assert.ok(processesWith(record).length > STDIO.length);
    stage.isDead = true;
    stage.isOver = true;
    stage.gateway.process.child.kill('SIGKILL');
    await loaded;
    assert.ok(!isAlive(stage.gateway.process.pid));
    assert.deepEqual(stage.tally.wrongs, []);
    await isGone(record);
  });
});

/** A fault that never happened proves nothing: each kind must have, and have ended in both ways that it can. */
function unreached(tally: Tally, faults: ReadonlyMap<string, number>): string[] {
  const expected = new Set([
    ...STDIO.flatMap((server) => FAULTS[server]),
    ...HARD,
    ...FAULTS.far.map((fault) => `far ${fault}`),
    ...['far lost', 'far 404'],
  ]);
  const missing = [...expected].filter((fault) => !faults.has(fault));
  for (const what of [
    'SIGKILL',
    'SIGSTOP',
    'SIGCONT',
    'SIGTERM',
    'cancelled',
    'sessions',
    'lists',
  ]) {
    if (!tally.counts.has(what)) missing.push(what);
  }
  for (const how of [
    'own',
    'own error',
    'left',
    'cancelled',
    'backend_unavailable',
    'deadline_exceeded',
  ]) {
    if (tally.total((end) => end === how) === 0) missing.push(how);
  }
  for (const server of SERVERS) {
    const own = tally.total(
      (end) => end === 'own',
      (kind) => kind.startsWith(`${server} `),
    );
    if (own === 0) missing.push(`an answer of ${server}`);
  }
  return missing;
}

function figures(
  tally: Tally,
  runs: ReadonlyMap<string, number>,
  faults: ReadonlyMap<string, number>,
): string {
  const calls = tally.total(() => true);
  const own = tally.total((how) => how === 'own');
  const pairs = (counts: ReadonlyMap<string, number>) =>
    [...counts]
      .map(([name, count]) => `${name} ${count}`)
      .sort()
      .join(', ');
  return [
    tally.table(),
    `calls ${calls}, answered by the server ${own} (${((own / calls) * 100).toFixed(1)} %), ran ${runs.size}`,
    `done to servers: ${pairs(tally.counts)}`,
    `done by servers: ${pairs(faults)}`,
  ].join('\n');
}

function difference(before: Level, behind: Level): string {
  const mib = (bytes: number) => (bytes / MIB).toFixed(1);
  return [
    `recovered after ms: ${behind.recovered}`,
    `live memory ${mib(before.bytes)} MiB, then ${mib(behind.bytes)} MiB`,
    `descriptors ${before.descriptors}, then ${behind.descriptors}`,
    `child processes ${before.children}, then ${behind.children}`,
  ].join('\n');
}
