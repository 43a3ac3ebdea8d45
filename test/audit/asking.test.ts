/**
 * What the command line tells of a log while it is written, and what it gives to other programs.
 */

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Audit, csvCell } from '../../src/audit/audit.ts';
import { auditSchema } from '../../src/audit/config.ts';
import { formatted } from '../../src/audit/formats.ts';
import { createLog } from '../../src/telemetry/telemetry.ts';
import { type Json, until } from '../e2e/running-gateway.ts';
import { runProcess, startProcess } from '../support/spawn.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';

const MAIN = compiled('src/main.js');

async function opened(t: TestContext, dir: string): Promise<Audit> {
  const config = auditSchema.parse({ dir, flushMs: 5, rotateBytes: 65_536 });
  const audit = await Audit.open(config, createLog({ log: 'silent' }));
  t.after(() => audit.close(0));
  return audit;
}

function put(audit: Audit, record: Json): void {
  const time = new Date().toISOString();
  audit.write(`"time":"${time}",${JSON.stringify({ kind: 'call', ...record }).slice(1, -1)}`);
}

function parsed(text: string): Json[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Json);
}

describe('sluice audit tail', { timeout: 180_000 }, () => {
  it('-f prints the newest, then what is written, over the ends of segments, until it is interrupted', async (t) => {
    const dir = temporaryFolder();
    const audit = await opened(t, dir);
    const pad = 'x'.repeat(300);
    for (let n = 0; n < 40; n++) put(audit, { n, outcome: n % 2 === 0 ? 'refused' : 'ok', pad });
    await until(() => audit.report.durable >= 40);
    const args = ['audit', 'tail', '-f', '-n', '3', '--json', '-d', dir, 'outcome=refused'];
    const follower = await startProcess(process.execPath, [MAIN, ...args], {
      readyLine: /"n":38,/,
    });
    t.after(() => follower.stop());
    for (let n = 40; n < 600; n++) {
      put(audit, { n, outcome: n % 2 === 0 ? 'refused' : 'ok', pad });
      if (n % 50 === 0) await until(() => audit.report.durable >= n);
    }
    const found = () => parsed(follower.stdout()).map(({ n }) => Number(n));
    await until(() => found().at(-1) === 598);
    assert.deepEqual(
      found(),
      Array.from({ length: 283 }, (_, at) => 34 + 2 * at),
    );
    assert.ok(audit.report.segment > 2);
    follower.child.kill('SIGINT');
    assert.equal(await follower.exited, 0);
  });
});

const HOSTILE = { caller: 'eve|\\=\n', tool: 'a=b|c\\d', rule: '=cmd|calc' };

/** The members of CEF:0 as its guide has them: `|` and `\\` are escaped in the head, `=` and `\\` behind it. */
function readCef(line: string): { head: string[]; extension: Record<string, string> } {
  const pieces = line.match(/(?:\\.|[^|\\])*\||.+$/g)!;
  const unescaped = (text: string) => text.replace(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c));
  const head = pieces.slice(0, 7).map((piece) => unescaped(piece.slice(0, -1)));
  const rest = pieces.slice(7).join('');
  const extension: Record<string, string> = {};
  for (const [, key, value] of rest.matchAll(/(\w+)=((?:\\.|[^\\=])*?)(?= \w+=|$)/g)) {
    extension[key!] = unescaped(value!);
  }
  return { head, extension };
}

describe('sluice audit export', { timeout: 180_000 }, () => {
  async function exported(t: TestContext, format: string, what = 'kind=call'): Promise<string> {
    const dir = temporaryFolder();
    const audit = await opened(t, dir);
    const caller = { id: HOSTILE.caller, by: 'api_key', tenant: 'acme', agent: 'bot', user: 'u' };
    const call = { method: 'tools/call', server: 'files', original: HOSTILE.tool, tool: 't' };
    put(audit, {
      ...{ id: 'c-1', ...call, caller, address: '10.0.0.7', outcome: 'ok', us: { total: 4200 } },
      ...{ bytesIn: 301, bytesOut: 97, rule: HOSTILE.rule },
    });
    put(audit, {
      ...{ id: 'c-2', ...call, caller, address: '2001:db8::7', outcome: 'refused' },
      ...{ refusal: 'content_blocked', findings: [{ class: 'secret', rule: 'github-token' }] },
    });
    await audit.close(10_000);
    const args = ['audit', 'export', '-d', dir, '--format', format, what];
    const { status, stdout, stderr } = await runProcess(process.execPath, [MAIN, ...args]);
    assert.equal(status, 0, stderr);
    return stdout;
  }

  it('--format cef has a line of CEF for each record, from which nothing that a caller wrote breaks out', async (t) => {
    const lines = (await exported(t, 'cef')).split('\n').slice(0, -1);
    assert.equal(lines.length, 2);
    const [good, bad] = lines.map(readCef);
    assert.deepEqual(good!.head.slice(0, 3), ['CEF:0', 'Sluice', 'Sluice']);
    assert.deepEqual(good!.head.slice(4), ['call', 'tools/call', '1']);
    const { rt, ...rest } = good!.extension;
    assert.ok(Math.abs(Number(rt) - Date.now()) < 600_000);
    assert.deepEqual(rest, {
      ...{ externalId: 'c-1', outcome: 'ok', src: '10.0.0.7', suser: HOSTILE.caller },
      ...{ cs1Label: 'tool', cs1: `files.${HOSTILE.tool}`, cs2Label: 'tenant', cs2: 'acme' },
      ...{ cs3Label: 'rule', cs3: HOSTILE.rule, in: '301', out: '97' },
    });
    assert.deepEqual(bad!.head.slice(4), ['call:content_blocked', 'tools/call', '8']);
    assert.equal(bad!.extension.c6a2, '2001:db8::7');
    assert.equal(bad!.extension.src, undefined);
    assert.match(bad!.extension.cs5!, /github-token/);
  });

  it('--format cef is one line to whatever reads it, and drives no terminal', () => {
    const evil = 'a\u0085b\u2028c\u2029d\u000be\u001b]0;f\u0007g\u009b2Kh';
    const record = {
      kind: 'call',
      method: evil,
      server: 's',
      original: evil,
      caller: { id: evil },
    };
    const line = formatted('cef', record as never, '');
    assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    assert.equal(readCef(line).extension.suser, 'a b c d e ]0;f g 2Kh');
  });

  it('--format ocsf has an API Activity for each record, with what its class requires', async (t) => {
    const [good, bad] = parsed(await exported(t, 'ocsf'));
    for (const event of [good!, bad!]) {
      assert.equal(event.class_uid, 6003);
      assert.equal(event.category_uid, 6);
      assert.deepEqual([event.activity_id, event.type_uid], [99, 600_399]);
      const { metadata, actor, api, src_endpoint } = event as Record<string, Json>;
      assert.equal((metadata!.product as Json).vendor_name, 'Sluice');
      assert.equal(metadata!.version, '1.3.0');
      assert.equal((actor!.user as Json).uid, HOSTILE.caller);
      assert.equal(api!.operation, 'tools/call');
      assert.ok(typeof src_endpoint!.ip === 'string' && Number.isInteger(event.time));
    }
    assert.deepEqual([good!.status_id, good!.severity_id, good!.duration], [1, 1, 4]);
    assert.deepEqual(
      [bad!.status_id, bad!.severity_id, bad!.status_code],
      [2, 4, 'content_blocked'],
    );
  });

  it('--format ocsf leaves out what a record lacks, and has what its class requires all the same', async (t) => {
    const [event] = parsed(await exported(t, 'ocsf', 'kind=segment'));
    assert.deepEqual(
      [event!.activity_id, event!.activity_name, event!.type_uid],
      [99, 'segment', 600_399],
    );
    assert.deepEqual(event!.src_endpoint, { name: 'local' });
    assert.deepEqual(event!.actor, { user: {} });
    assert.equal(JSON.stringify(event).includes('""'), false, JSON.stringify(event));
  });

  it('--format csv takes no beginning of a formula, in whatever width, and stats do neither', () => {
    for (const text of ['=1', '+1', '-1', '@a', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠a'])
      assert.match(csvCell(text), /^"?'/, text);
    assert.deepEqual([csvCell(-1), csvCell('a=1'), csvCell('a"b')], ['-1', 'a=1', '"a""b"']);
  });

  it('--format csv leaves nothing that a spreadsheet would take for a formula', async (t) => {
    const text = await exported(t, 'csv');
    assert.match(text, /,'=cmd\|calc,/);
    assert.match(text, /,"eve\|\\=\n",/);
  });
});
