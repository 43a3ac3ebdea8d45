/** Sinks, each with a receiver that speaks its protocol: everything arrives, in order, also what was written while nobody was there. */

import assert from 'node:assert/strict';
import { createHmac, createPublicKey, verify as verifySignature } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createTcp, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createServer as createTls } from 'node:tls';
import { freePort } from '../../bench/free-port.ts';
import { auditSchema } from '../../src/audit/config.ts';
import { type Json, until } from '../e2e/running-gateway.ts';
import { Authority, pem } from '../support/certificates.ts';
import { temporaryFolder } from '../support/temp.ts';
import {
  count,
  framesOf,
  Hook,
  inOrder,
  KEYS,
  numbers,
  opened,
  put,
  servers,
  textOf,
} from './receivers.ts';

it('a sink whose URL has a password in it is not taken: it would end up in the log', () => {
  for (const kind of ['webhook', 'otlp']) {
    const sink = (url: string) => auditSchema.safeParse({ sinks: [{ id: 'a', kind, url }] });
    assert.equal(sink('https://example.com/audit?team=red').success, true);
    const { success, error } = sink('https://ann:hunter2@example.com/audit');
    assert.equal(success, false);
    assert.match(error!.message, /without user and password/);
    assert.doesNotMatch(error!.message, /hunter2/);
  }
});

describe('a sink', { timeout: 180_000 }, () => {
  it('of kind webhook gets every record in signed batches, also what was written while it was down', async () => {
    const hook = new Hook();
    const url = await hook.listen();
    const secret = 'a shared secret of a test';
    hook.status = 503;
    const from = count;
    const audit = await opened(temporaryFolder(), [
      { id: 'hook', kind: 'webhook', url, secret, batchMax: 50, headers: { 'x-team': 'red' } },
    ]);
    put(audit, 120);
    await until(() => hook.attempts >= 2);
    assert.equal(hook.batches.length, 0);
    assert.equal(audit.refuse(), undefined, 'calls are not held up by it');
    put(audit, 30);
    hook.status = 200;
    await until(() => numbers(hook.lines).length >= 150);
    const found = numbers(hook.lines);
    assert.deepEqual(
      found,
      Array.from({ length: 150 }, (_, at) => from + at),
    );
    for (const { headers, body } of hook.batches) {
      const [, time, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(
        String(headers['sluice-signature']),
      )!;
      assert.equal(mac, createHmac('sha256', secret).update(`${time}.${body}`).digest('hex'));
      assert.equal(headers['x-team'], 'red');
      const seqs = body
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { seq: number }).seq);
      assert.equal(headers['sluice-batch'], `${seqs[0]}-${seqs.at(-1)}`);
      assert.ok(seqs.length <= 50);
    }
  });

  it('of kind webhook without a secret is signed by the key of the seals', async () => {
    const hook = new Hook();
    const audit = await opened(temporaryFolder(), [
      { id: 'hook', kind: 'webhook', url: await hook.listen() },
    ]);
    put(audit, 3);
    await until(() => hook.batches.length > 0);
    const { headers, body } = hook.batches[0]!;
    const [, time, signature] = /^t=(\d+),ed25519=(\S+)$/.exec(
      String(headers['sluice-signature']),
    )!;
    const key = createPublicKey(KEYS.publicKey);
    const isGood = verifySignature(
      null,
      Buffer.from(`${time}.${body}`),
      key,
      Buffer.from(signature!, 'base64'),
    );
    assert.equal(isGood, true);
  });

  it('of kind otlp gets log records with attributes', async () => {
    const hook = new Hook();
    const audit = await opened(temporaryFolder(), [
      { id: 'otel', kind: 'otlp', url: await hook.listen() },
    ]);
    put(audit, 4);
    const calls = () =>
      hook.logRecords.filter(({ body }) =>
        String((body as Json).stringValue).includes('"kind":"call"'),
      );
    await until(() => calls().length >= 4);
    const [first] = calls();
    assert.match(String(first!.timeUnixNano), /^\d{19}$/);
    const attributes = first!.attributes as { key: string; value: Json }[];
    assert.deepEqual(attributes.find(({ key }) => key === 'sluice.tool')?.value, {
      stringValue: 't',
    });
    assert.ok([9, 13].includes(Number(first!.severityNumber)));
  });

  it('of kind file goes on in a new line where half a one was left', async () => {
    const dir = temporaryFolder();
    const path = join(dir, 'copy.jsonl');
    writeFileSync(path, '{"seq":7,"half');
    const from = count;
    const audit = await opened(dir, [{ id: 'torn', kind: 'file', path }]);
    put(audit, 3);
    await until(() => textOf(path).includes(`"n":${count - 1},`));
    const [half, ...whole] = textOf(path).trimEnd().split('\n');
    assert.equal(half, '{"seq":7,"half');
    assert.equal(numbers(whole)[0], from);
  });

  for (const isSecure of [false, true]) {
    it(`of kind syslog gets frames of RFC 5424 over ${isSecure ? 'TLS' : 'TCP'}, and again after a loss of the connection`, async () => {
      const authority = isSecure ? new Authority() : undefined;
      const frames: string[] = [];
      const sockets: Socket[] = [];
      const take = (socket: Socket) => {
        sockets.push(socket);
        framesOf(socket, (frame) => frames.push(frame));
      };
      const port = await freePort();
      const certificate = authority?.issue('localhost');
      const server = certificate ? createTls(pem(certificate), take) : createTcp(take);
      servers.push(server);
      const from = count;
      const audit = await opened(temporaryFolder(), [
        {
          ...{ id: 'log', kind: 'syslog', host: '127.0.0.1', port, tls: isSecure },
          ...(authority === undefined ? {} : { ca: authority.ca }),
        },
      ]);
      // Nobody is there yet.
      put(audit, 20);
      await until(() => audit.report.written >= 20);
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      const bodies = () => frames.map((frame) => frame.slice(frame.indexOf('{')));
      await until(() => numbers(bodies()).length >= 20);
      // 5 is a notice, 4 a warning: by the outcome, and not by what a caller has written.
      const priorityOf = (n: number) =>
        frames.find((one) => one.includes(`"n":${n},`))?.slice(0, 5);
      for (let n = from; n < from + 20; n++) {
        assert.equal(priorityOf(n), n % 3 === 0 ? '<108>' : '<109>');
      }
      assert.match(
        frames.find((frame) => frame.includes('"kind":"call"'))!,
        /^<(?:108|109)>1 \d{4}-\d\d-\d\dT[\d:.]+Z \S+ sluice \d+ call - \{"seq":/,
      );
      for (const socket of sockets) socket.destroy();
      put(audit, 20);
      await until(() => numbers(bodies()).at(-1) === count - 1);
      const found = numbers(bodies());
      assert.ok(inOrder(found.slice(0, 20)) && found[0] === from);
      for (const socket of sockets) socket.destroy();
    });
  }

  it('goes on where it stopped, over the ends of segments and a restart', async () => {
    const dir = temporaryFolder();
    const copy = join(dir, 'copy.jsonl');
    const sinks = [{ id: 'copy', kind: 'file', path: copy }];
    const from = count;
    for (let run = 0; run < 3; run++) {
      const audit = await opened(dir, sinks, { rotateBytes: 65_536 });
      put(audit, 400);
      await audit.close(30_000);
    }
    // A sink that had no time to take the end of a run takes it in the next; it may get something twice.
    await opened(dir, sinks);
    const lines = () => readFileSync(copy, 'utf8').split('\n').slice(0, -1);
    const found = () => [...new Set(numbers(lines()))];
    await until(() => found().length >= 1200);
    assert.deepEqual(
      found(),
      Array.from({ length: 1200 }, (_, at) => from + at),
    );
    assert.ok(lines().filter((line) => line.includes('"kind":"seal"')).length >= 3);
    assert.ok(existsSync(join(dir, 'sinks', 'copy.json')));
  });

  it('counts what it has taken and what it has not, and that no other sink waits for it', async () => {
    const [hook, down] = [new Hook(), new Hook()];
    down.status = 503;
    const audit = await opened(temporaryFolder(), [
      { id: 'up', kind: 'webhook', url: await hook.listen() },
      { id: 'down', kind: 'webhook', url: await down.listen() },
    ]);
    put(audit, 30);
    const report = (at: number) => audit.report.sinks[at]!;
    await until(() => report(0).behindBytes === 0 && report(0).taken >= 30);
    await until(() => report(1).failures >= 1 && report(1).behindBytes > 0);
    assert.deepEqual([report(0).id, report(0).failures, report(0).skipped], ['up', 0, 0]);
    assert.deepEqual([report(1).id, report(1).taken], ['down', 0]);
    assert.equal(numbers(hook.lines).length, 30);
    down.status = 200;
    await until(() => report(1).behindBytes === 0 && report(1).taken === report(0).taken);
  });
});
