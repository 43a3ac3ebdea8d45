/**
 * The suite as it is run: subjects answer, the command writes what it found, and nothing is left behind.
 */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { churn } from '../../bench/suite/churn.ts';
import { callRequest, closeSession, firstAnswer, openSession } from '../../bench/suite/control.ts';
import { deal } from '../../bench/suite/deck.ts';
import { idleSessions, seatProbed } from '../../bench/suite/memory.ts';
import type { Results } from '../../bench/suite/results.ts';
import { type Backend, EVERYTHING, echo, SUBJECTS } from '../../bench/suite/roster.ts';
import { SMOKE } from '../../bench/suite/settings.ts';
import { soak } from '../../bench/suite/soak.ts';
import { UWS_MISSING } from '../support/fronts.ts';
import { runProcess, startProcess } from '../support/spawn.ts';
import { compiled, projectFolder, temporaryFolder } from '../support/temp.ts';

const BENCH = compiled('bench/bench.js');
const UNPINNED = { words: 'not pinned: a test' };
const DEADLINE_MS = 90_000;
/** Its own deadline is shorter. */
const SMOKE_MS = SMOKE.deadlineMs + 30_000;
const quiet = () => {};
const namesOf = (subjects: readonly { name: string }[]) => subjects.map(({ name }) => name).sort();
const subjects = (...names: string[]) => SUBJECTS.filter(({ name }) => names.includes(name));

test('the floor gives every caller the answer to its own call', {
  timeout: DEADLINE_MS,
  skip: UWS_MISSING,
}, async () => {
  for (const backend of [echo('legacy'), EVERYTHING]) {
    const deck = await deal(subjects('floor', 'floor-node'), backend, UNPINNED, quiet);
    after(() => deck.close());
    assert.deepEqual(deck.absent, []);
    for (const { url } of deck.players) {
      const ask = async (at: number) => {
        const { headers, body } = callRequest('legacy', `id-${at}`, 'echo', {
          message: `text ${at}`,
        });
        const response = await fetch(url, { method: 'POST', headers, body });
        const { id, result } = (await response.json()) as { id: string; result: object };
        assert.equal(id, `id-${at}`);
        assert.match(JSON.stringify(result), new RegExp(`text ${at}"`));
      };
      await Promise.all(Array.from({ length: 50 }, (_, at) => ask(at)));
    }
    await deck.close();
  }
});

test('a subject that does not start is named and left out', { timeout: DEADLINE_MS }, async () => {
  const broken = {
    ...subjects('floor')[0]!,
    name: 'broken',
    program: () => ({ command: 'false', args: [] }),
  };
  const deck = await deal([broken], echo('legacy'), UNPINNED, quiet);
  assert.equal(deck.players.length, 0);
  assert.match(deck.absent[0]!, /^broken: /);
});

test('an endpoint that is already up is measured beside the rest, and one that is not ends the run with 69', {
  timeout: DEADLINE_MS,
  skip: UWS_MISSING,
}, async () => {
  const deck = await deal(subjects('floor-node'), echo('legacy'), UNPINNED, quiet);
  after(() => deck.close());
  const out = temporaryFolder('bench');
  const bench = (url: string) => {
    const args = [BENCH, '--smoke', '--only', '^300 B$', '--subjects', 'floor', '--out', out];
    return runProcess(process.execPath, [...args, '--also', `mine=${url}`], {
      deadlineMs: DEADLINE_MS,
    });
  };
  const { status, stdout, stderr } = await bench(deck.players[0]!.url);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /\| mine \| [\d,]+ \| - \|/);
  assert.equal((await bench('http://127.0.0.1:1/mcp')).status, 69);
  await deck.close();
});

test('every life of a connection is counted, and memory per session is what is left after collection', {
  timeout: DEADLINE_MS,
  skip: UWS_MISSING,
}, async () => {
  const player = await seatProbed(subjects('sluice')[0]!, echo('legacy'), UNPINNED);
  after(() => player.stop());
  const { url } = player;
  const session = await firstAnswer(url, 'legacy');
  const lives = await churn({ url, era: 'legacy', session, callers: 2, durationMs: 100 });
  assert.ok(lives.lives > 0);
  assert.equal(lives.failed, 0);
  const { sessions, liveBytesEach } = await idleSessions(player, 50);
  assert.equal(sessions, 50);
  assert.ok(Number.isFinite(liveBytesEach));
  const more = await openSession(url);
  await closeSession(url, more);
  await player.stop();
  assert.ok(player.hasEnded());
});

test('the soak sees a relay that keeps a kilobyte per call', {
  timeout: 2 * DEADLINE_MS,
}, async () => {
  const plain = subjects('floor-node')[0]!;
  const leaky = {
    ...plain,
    name: 'leaky',
    program(port: number, backend: Backend) {
      const { command, args } = plain.program!(port, backend);
      return { command, args: ['--import', compiled('test/bench/leak.js'), ...args] };
    },
  };
  const player = await seatProbed(leaky, echo('legacy'), UNPINNED);
  after(() => player.stop());
  const settings = { ...SMOKE, soakCalls: 16_000, soakIntervals: 8 };
  const { liveBytesPerCall, points, errors } = await soak(player, settings, UNPINNED);
  assert.equal(errors, 0);
  assert.equal(points.length, settings.soakIntervals);
  // What else a process that is still growing into its work gains or gives back is far less.
  assert.ok(liveBytesPerCall > 512, `${liveBytesPerCall} B per call: ${JSON.stringify(points)}`);
  await player.stop();
});

test('the smoke run has every part of the full run, and nothing goes wrong in it', {
  timeout: SMOKE_MS,
  skip: UWS_MISSING,
}, async () => {
  const out = temporaryFolder('bench');
  const { status, stdout, stderr } = await runProcess(
    process.execPath,
    [BENCH, '--smoke', '--out', out],
    { deadlineMs: SMOKE_MS },
  );
  const file = readdirSync(out).find((name) => name.endsWith('.json')) ?? '';
  assert.ok(readdirSync(out).includes(file.replace('.json', '.md')), stdout + stderr);
  const results = JSON.parse(readFileSync(join(out, file), 'utf8')) as Results;
  assert.deepEqual(results.faults, []);
  assert.equal(status, 0, stderr);
  for (const { name, era, oursOnly = false } of SMOKE.scenarios) {
    const cells = results.cells.filter(({ scenario }) => scenario === name);
    const invited = SUBJECTS.filter(
      ({ isOurs, eras }) => eras.includes(era) && (isOurs || !oursOnly),
    );
    assert.deepEqual(cells.map(({ subject }) => subject).sort(), namesOf(invited), name);
    for (const { rounds } of cells)
      assert.ok(
        rounds.every(({ calls }) => calls > 0),
        name,
      );
  }
  const found = (rows: readonly { subject: string }[]) =>
    [...new Set(rows.map(({ subject }) => subject))].sort();
  assert.deepEqual(found(results.inside), ['floor', 'sluice']);
  for (const { rounds } of results.inside) assert.ok(rounds.every(({ calls }) => calls > 0));
  assert.deepEqual(found(results.neighbours), ['sluice']);
  assert.deepEqual(found(results.greedy), ['sluice', 'sluice, pending 4']);
  assert.deepEqual(found(results.badTokens ?? []), ['sluice']);
  for (const { kind, statuses } of results.badTokens ?? []) {
    assert.ok((statuses['401'] ?? 0) > 0 && statuses['200'] === undefined, kind);
  }
  assert.deepEqual(found(results.auditTroubles ?? []), ['sluice']);
  for (const { kind, phases, refuses } of results.auditTroubles ?? []) {
    assert.ok(phases.during.calls > 0, kind);
    if (refuses) assert.ok(phases.during.errors > 0, kind);
  }
  assert.deepEqual(found(results.besideBig ?? []), ['sluice']);
  assert.deepEqual(
    results.besideBig?.map(({ bytes, bigRate }) => [bytes, bigRate > 0]),
    SMOKE.bigBytes.map((bytes) => [bytes, bytes > 0]),
  );
  assert.deepEqual(found(results.scraped ?? []), ['sluice']);
  for (const { series, scrapes } of results.scraped ?? []) assert.ok(series > 100 && scrapes > 0);
  assert.deepEqual(found(results.agentLoops), ['sluice', 'sluice, cache on']);
  for (const { lists, listsReached } of results.agentLoops) assert.ok(listsReached < lists);
  const [uncached, cached] = results.agentLoops;
  assert.equal(uncached!.callsReached, uncached!.calls);
  assert.ok(cached!.callsReached < cached!.calls);
  assert.deepEqual(found(results.churn), namesOf(SUBJECTS));
  assert.deepEqual(found(results.coldStarts), ['floor', 'sluice']);
  assert.deepEqual(found(results.sessions), ['sluice']);
  assert.deepEqual(found(results.soak), ['sluice']);
  assert.equal(results.halfCapacity.length, 4);
  assert.ok(results.pipe.every(({ rps }) => rps > 0) && results.pipe.length > 0);
  assert.ok((results.secondOpinion?.autocannonRps ?? 0) > 0);
  assert.equal(results.machine.node, process.version);
  assert.match(results.command, /--smoke/);
});

test('usage that is wrong ends with 64 before anything is started', async () => {
  const wrong = [
    ['--nonsense'],
    ['--subjects', 'nobody'],
    ['--also', 'x'],
    ['--only', '('],
    ['--rounds', '0'],
    ['--minutes', 'few'],
    ['--out', BENCH],
  ];
  for (const args of wrong) {
    const { status } = await runProcess(process.execPath, [BENCH, ...args], { deadlineMs: 20_000 });
    assert.equal(status, 64, args.join(' '));
  }
});

test('--help names every option and starts nothing', async () => {
  const { status, stdout, stderr } = await runProcess(process.execPath, [BENCH, '--help'], {
    deadlineMs: 20_000,
  });
  assert.equal(status, 0, stderr);
  const options = readFileSync(join(projectFolder(), 'bench/bench.ts'), 'utf8').matchAll(
    /^ {2}'?([\w-]+)'?: \{ type: /gm,
  );
  const names = [...options].map(([, name]) => name!);
  assert.ok(names.length > 10 && names.includes('smoke'));
  for (const name of names) assert.match(stdout, new RegExp(`^ {2}(-h, )?--${name} `, 'm'));
  assert.equal(stderr, '');
});

/** The suite, two relays and a server behind each, and a generator. */
const PROCESSES = 6;

/** Processes that carry the mark in their environment, by way of whoever started them. */
function marked(mark: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark);
      } catch {
        return false;
      }
    });
}

test('Ctrl-C leaves no process behind', {
  timeout: DEADLINE_MS,
  skip: UWS_MISSING || !existsSync('/proc/self/environ'),
}, async () => {
  const mark = randomUUID();
  const args = [
    BENCH,
    '--only',
    '^300 B$',
    '--subjects',
    'floor,floor-node',
    '--out',
    temporaryFolder('bench'),
  ];
  const run = await startProcess(process.execPath, args, { env: { BENCH_MARK: mark } });
  const until = Date.now() + 30_000;
  // Twice in a row: programs that are run for a moment, such as taskset, carry the mark as well.
  let seen = 0;
  while (seen < 2 && Date.now() < until) {
    seen = marked(mark).length >= PROCESSES ? seen + 1 : 0;
    await sleep(20);
  }
  assert.equal(seen, 2, 'it was interrupted before it had started all');
  run.child.kill('SIGINT');
  assert.equal(await run.exited, 130);
  while (marked(mark).length > 0 && Date.now() < until) await sleep(20);
  assert.deepEqual(marked(mark), []);
});
