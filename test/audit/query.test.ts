/**
 * What is asked of a log is answered whole: however a client has spelled what it sent, whatever an index says, and where
 * somebody has spoiled some of it.
 */

import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { conditionOf, query } from '../../src/audit/audit.ts';
import { indexOf, writeIndex } from '../../src/audit/index-file.ts';
import { Ledger, ownLine } from '../../src/audit/ledger.ts';
import { segmentsIn } from '../../src/audit/segments.ts';
import { compress } from '../../src/audit/upkeep.ts';
import { runProcess } from '../support/spawn.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';

const START = Date.parse('2026-11-01T00:00:00.000Z');
const HOUR_MS = 3_600_000;

/** Members of records as the gateway writes them, payloads as clients have. */
const RECORDS = [
  '"n":0,"caller":{"id":"ann","roles":["dev","all"]},"tool":"files__read","arguments":{"city": "Zürich", "deep":{"path": "a/b"}}',
  '"n":1,"caller":{"id":"bob","roles":[]},"tool":"","arguments":{"city":"Z\\u00fcrich","deep":{"path":"a\\/b"}}',
  '"n":2,"caller":{"id":"17","roles":["all"]},"request":"\\u0061-1","us":{"total":1200},"arguments":{"\\u0063ity":"Bern"}',
  '"n":3,"caller":null,"request":7,"us":{"total":30},"detail":"Zürich"',
];

/** A segment of these records each hour, the newest of them open. */
function written(hours = 3): string {
  const dir = temporaryFolder();
  const limits = { rotateBytes: 1 << 30, rotateMs: 1 << 30 };
  const ledger = new Ledger({ dir, signer: null, ...limits, instance: 'test' }, START);
  for (let hour = 0; hour < hours; hour++) {
    const now = START + hour * HOUR_MS;
    if (hour > 0) ledger.rotate(now);
    for (const members of RECORDS) {
      ledger.append([ownLine(now, { kind: 'call', hour }), Buffer.from(`,${members}`)]);
    }
  }
  ledger.commit();
  ledger.close();
  return dir;
}

async function settled(dir: string): Promise<void> {
  for (const segment of segmentsIn(dir).slice(0, -1)) {
    writeIndex(dir, await indexOf(segment));
    await compress(segment.path);
  }
}

async function found(dir: string, conditions: string[], text = ''): Promise<string> {
  const question = {
    from: '',
    to: '',
    text,
    conditions: conditions.map((one) => conditionOf(one)!),
  };
  const places: string[] = [];
  for await (const { record } of query(dir, question)) places.push(`${record.hour}.${record.n}`);
  return places.join(' ');
}

const everyHour = (...numbers: number[]) =>
  [0, 1, 2].flatMap((hour) => numbers.map((n) => `${hour}.${n}`)).join(' ');

function sluice(...args: string[]) {
  return runProcess(process.execPath, [compiled('src/main.js'), 'audit', ...args]);
}

describe('a query', { timeout: 180_000 }, () => {
  const asked: [string, string[], string, number[]][] = [
    ['a payload with spaces and with escapes', ['arguments.city=Zürich'], '', [0, 1]],
    ['a payload whose names are escaped', ['arguments.city=Bern'], '', [2]],
    ['what lies deep in a payload', ['arguments.deep.path=a/b'], '', [0, 1]],
    ["a client's id, however it is spelled", ['request=a-1'], '', [2]],
    ['a member of a list', ['caller.roles=all'], '', [0, 2]],
    ['a text that looks like a number', ['caller.id=17'], '', [2]],
    ['a number', ['us.total=30'], '', [3]],
    ['a comparison', ['us.total>30'], '', [2]],
    ['words in whatever spelling', [], 'Zürich', [0, 1, 3]],
    ['words and a field', ['caller.id=bob'], 'Zürich', [1]],
    ['anything, nothing included', ['server=*', 'n<4'], '', [0, 1, 2, 3]],
    ['a name that every object has', ['constructor=1'], '', []],
  ];
  for (const [what, conditions, text, numbers] of asked) {
    it(`finds ${what}, in compressed segments as in open ones`, async () => {
      const dir = written();
      assert.equal(await found(dir, conditions, text), everyHour(...numbers));
      await settled(dir);
      assert.equal(await found(dir, conditions, text), everyHour(...numbers));
    });
  }

  for (const [what, index] of [
    ['no JSON', 'x'],
    ['of another form', '{"segment":1}'],
    ['nothing', 'null'],
    [
      'of another segment',
      '{"segment":9,"lines":1,"from":"0","to":"0","values":{"caller.id":["bob"]}}',
    ],
  ] as const) {
    it(`reads the segment where its index is ${what}`, async () => {
      const dir = written();
      await settled(dir);
      writeFileSync(join(dir, '00000001.index'), index);
      assert.equal(await found(dir, ['caller.id=ann']), everyHour(0));
    });
  }

  it('finds the rest where lines are no records and a segment cannot be read, and says that it is the rest', async () => {
    const dir = written();
    await settled(dir);
    const [, two, three] = segmentsIn(dir);
    writeFileSync(two!.path, readFileSync(two!.path).subarray(0, 30));
    const lines = readFileSync(three!.path, 'utf8').split('\n');
    writeFileSync(three!.path, lines.with(2, 'spoiled').join('\n'));
    for (const [args, printed] of [
      [['query', 'n<4', '--all', '--json'], 7],
      [['query', 'n<4', '--json'], 7],
      [['export', 'n<4'], 7],
      [['stats', '--by', 'day', '--csv'], 2],
      [['tail', '-n', '20', '--json', 'n<4'], 7],
    ] as const) {
      const { status, stdout, stderr } = await sluice(...args, '-d', dir);
      assert.equal(status, 0, stderr);
      assert.equal(stdout.trimEnd().split('\n').length, printed, `${args.join(' ')}: ${stdout}`);
      assert.match(stderr, /^2 lines of the log are no records, or .*"sluice audit verify" names/);
    }
    assert.equal((await sluice('verify', dir)).status, 1);
  });

  it('takes a day as one of UTC, and a moment only with its zone', async () => {
    const dir = written();
    const count = async (...args: string[]) => {
      const zone = { env: { ...process.env, TZ: 'America/New_York' } };
      const run = await runProcess(
        process.execPath,
        [compiled('src/main.js'), 'audit', 'query', 'n<4', '--json', '-d', dir, ...args],
        zone,
      );
      return run.status === 64 ? 'refused' : run.stdout.split('\n').length - 1;
    };
    assert.equal(await count('--from', '2026-11-01', '--to', '2026-11-01'), 12);
    assert.equal(await count('--to', '2026-10-31'), 0);
    assert.equal(await count('--from', '2026-11-01T01:00:00Z'), 8);
    assert.equal(await count('--from', '2026-11-01T02:30:00+01:00'), 4);
    for (const wrong of [
      '2026-11-01T01:00:00',
      '2026-11-31',
      '1',
      'yesterday',
      '2026-11-01 01:00Z',
    ])
      assert.equal(await count('--from', wrong), 'refused', wrong);
  });
});

it('a log that was taken away as a whole does not verify', async () => {
  const dir = written();
  assert.equal((await sluice('verify', dir)).status, 0);
  for (const { path } of segmentsIn(dir)) rmSync(path);
  const { status, stdout } = await sluice('verify', dir);
  assert.equal(status, 1);
  assert.match(stdout, /^there is no log in /);
  assert.ok(existsSync(dir));
});
