import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { rulesWith } from '../../src/inspect/catalog.ts';
import { look } from '../../src/inspect/look.ts';
import { Pool, poolOf, WAITING_BYTES_MAX } from '../../src/inspect/pool.ts';
import type { Finding, TextRule } from '../../src/inspect/rule.ts';
import { findingsIn, type Task } from '../../src/inspect/task.ts';
import { projectFolder } from '../support/temp.ts';

const token: TextRule = {
  id: 'own.test-token',
  class: 'secret',
  confidence: 'high',
  forms: ['exact'],
  anchors: ['zqtok_'],
  reach: [0, 16],
  pattern: 'zqtok_[0-9]{16}',
};
const rules = rulesWith({ rules: [token] });
const pool = poolOf(rules);
after(() => pool.close());

const about: Task = { direction: 'response', tool: 'read', definition: null };
const dirty = Buffer.from(
  JSON.stringify({
    content: [{ type: 'text', text: `a zqtok_0123456789012345 b` }, { text: 'c' }],
  }),
);
/** No rule has anything to compile for it. */
const clean = Buffer.from('["nothing"]');
const known = (findings: readonly Finding[]) =>
  findings.map(({ rule, path, span, leaf }) => [rule, path, span, leaf?.text, leaf?.start]);

test('another thread finds the same as this one, with rules of the operator', async () => {
  const there = await pool.look(dirty, 0, dirty.length, about, 60_000);
  assert.deepEqual(known(there), known(findingsIn(dirty, 0, dirty.length, about, rules)));
  assert.equal(there.length, 1);
  assert.equal(dirty.toString('utf8', 2, 9), 'content', 'the message is still here');
});

test('what is small is answered at once, and what is large later', async () => {
  const limits = { inlineBytes: dirty.length, deadlineMs: 60_000 };
  const here = look(dirty, 0, dirty.length, about, rules, limits);
  assert.ok(Array.isArray(here));
  const there = look(dirty, 0, dirty.length, about, rules, {
    ...limits,
    inlineBytes: dirty.length - 1,
  });
  assert.ok(there instanceof Promise);
  assert.deepEqual(known(await there), known(here));
});

test('positions are those in the value, wherever it stands in the bytes', async () => {
  const bytes = Buffer.concat([Buffer.from('{"result":'), dirty, Buffer.from('}')]);
  const limits = { inlineBytes: 0, deadlineMs: 60_000 };
  const [start, end] = [10, bytes.length - 1];
  const there = await look(bytes, start, end, about, rules, limits);
  const here = look(bytes, start, end, about, rules, { ...limits, inlineBytes: bytes.length });
  assert.deepEqual(known(there), known(await here));
});

test('past the deadline nobody has looked, and the next message is looked at', async () => {
  const large = Buffer.from(JSON.stringify('word '.repeat(400_000)));
  await assert.rejects(pool.look(large, 0, large.length, about, 1));
  assert.equal((await pool.look(dirty, 0, dirty.length, about, 60_000)).length, 1);
});

test('a message that takes too long does not end the thread that looks at it', async () => {
  const one = new Pool(rules);
  try {
    const large = Buffer.from(JSON.stringify('word password= "a1" '.repeat(100_000)));
    for (let times = 0; times < 3; times++) {
      await assert.rejects(one.look(large, 0, large.length, about, 20), { name: 'AbortError' });
      assert.equal(one.load.threads, 1);
    }
  } finally {
    await one.close();
  }
});

test('the start of a thread is at no message’s cost', async () => {
  /** Milliseconds until a thread that has to be started has looked; rejects as `look` does. */
  const first = async (deadlineMs: number) => {
    const fresh = new Pool(rules);
    const begun = performance.now();
    try {
      await fresh.look(clean, 0, clean.length, about, deadlineMs);
      return performance.now() - begun;
    } finally {
      await fresh.close();
    }
  };
  const tookMs = await first(60_000);
  // Once is enough: the look itself is a small part of that, but not at every moment of a busy machine.
  const tries = Array.from({ length: 5 }, () => () => first(Math.ceil(tookMs / 2)));
  for (const again of tries) if (await again().catch(() => undefined)) return;
  assert.fail('none of five had looked within half the time that a thread takes to start');
});

test('large messages never have every thread', async () => {
  const page = readFileSync(join(projectFolder(), 'docs/configuration.md'), 'utf8');
  const large = Buffer.from(JSON.stringify(page.repeat(2)));
  /** How many of a dozen large ones are done before the small one that came after them. */
  const before = async () => {
    let done = 0;
    const looks = Array.from({ length: 12 }, async () => {
      await pool.look(large, 0, large.length, about, 60_000);
      done += 1;
    });
    const small = pool.look(dirty, 0, dirty.length, about, 60_000).then(() => done);
    await Promise.all(looks);
    return small;
  };
  // The first time, threads are started.
  await before();
  const done = await before();
  assert.ok(done < 6, `${done} of 12`);
});

test('threads give way to the one that serves', {
  skip: process.platform !== 'linux',
}, async () => {
  await pool.look(dirty, 0, dirty.length, about, 60_000);
  const niceOf = (thread: string) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  };
  const others = readdirSync('/proc/self/task').filter((thread) => thread !== `${process.pid}`);
  const own = niceOf(String(process.pid));
  const behind = others.filter((thread) => niceOf(thread) > own);
  assert.equal(behind.length, pool.load.threads);
});

test('more than may wait is not accepted', async () => {
  await assert.rejects(pool.look(dirty, 0, WAITING_BYTES_MAX + 1, about, 60_000));
  const many = Array.from({ length: 1000 }, () => pool.look(dirty, 0, dirty.length, about, 60_000));
  const ended = await Promise.allSettled(many);
  const refused = ended.filter(({ status }) => status === 'rejected').length;
  assert.ok(refused > 0 && refused < 1000, `${refused} of 1000 were refused`);
  assert.equal((await pool.look(dirty, 0, dirty.length, about, 60_000)).length, 1);
});

test('what cannot be read is as bad as a finding of every class', async () => {
  const there = await pool.look(Buffer.from('["a'), 0, 3, about, 60_000);
  const classes = new Set(there.map((finding) => finding.class));
  assert.ok(classes.has('secret') && classes.has('injection'));
  assert.ok(there.every(({ span, confidence }) => span === null && confidence === 'high'));
});
