/** The hook to an outside classifier, against a real HTTP server that answers as it is told to. */

import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Classifier } from '../../src/inspect/classifier.ts';
import { inspectSchema, inspectWarnings } from '../../src/inspect/config.ts';
import { Inspection, type Outcome } from '../../src/inspect/inspection.ts';
import type { About } from '../../src/inspect/look.ts';

interface Asked {
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Record<string, unknown>;
}

let server: Server;
let url: string;
let asked: Asked[] = [];
/** The status and the text of the next answers; null: none, until the connection ends. */
let answer: [status: number, text: string, headers?: Record<string, string>] | null;
let open = 0;
let openMost = 0;
/** Lets the answers go that are held back. */
let release: (() => void)[] | null = null;

before(async () => {
  server = createServer(async (request, response) => {
    open += 1;
    openMost = Math.max(openMost, open);
    response.on('close', () => {
      open -= 1;
    });
    let text = '';
    for await (const chunk of request) text += chunk;
    asked.push({ url: request.url ?? '', headers: request.headers, body: JSON.parse(text) });
    if (release !== null) await new Promise<void>((resolve) => release?.push(resolve));
    if (answer !== null) response.writeHead(answer[0], answer[2]).end(answer[1]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/judge?v=1`;
});

after(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(async () => {
  // What a test before gave up is still open here until its connection has ended.
  while (open > 0) await turn();
  asked = [];
  openMost = 0;
  release = null;
  answer = [200, '{"verdict":"pass"}'];
});

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

const ABOUT: About = { direction: 'response', server: 's', tool: 'look', definition: null };
const LONG_MS = 30_000;
const RULES = { rules: [{ id: 'ticket', pattern: 'TICKET-[0-9]{6}' }] };

function inspection(classifier: object, more: object = {}): Inspection {
  const given = { url, deadlineMs: LONG_MS, minBytes: 0, ...classifier };
  return new Inspection(inspectSchema.parse({ ...RULES, classifier: given, ...more }));
}

async function outcomeOf(
  made: Inspection,
  value: unknown,
  about = ABOUT,
): Promise<Outcome | undefined> {
  const bytes = Buffer.from(JSON.stringify(value));
  return made.inspect(bytes, 0, bytes.length, about);
}

const rulesOf = (outcome: Outcome | undefined) =>
  outcome?.verdict?.findings.map(({ rule, action }) => `${rule} ${action}`);
const codeOf = (outcome: Outcome | undefined) =>
  outcome?.kind === 'refused' ? outcome.refusal.code : outcome?.kind;

describe('the classifier', { timeout: 180_000 }, () => {
  it('is asked with what passes, where from, and the headers of the file', async () => {
    const made = inspection({ headers: { authorization: 'Bearer made-up' } });
    assert.equal(await outcomeOf(made, { text: 'all is well' }), undefined);
    const [one] = asked;
    assert.deepEqual(one?.body, {
      version: 1,
      direction: 'response',
      server: 's',
      tool: 'look',
      content: { text: 'all is well' },
    });
    assert.equal(one?.url, '/judge?v=1');
    assert.equal(one?.headers.authorization, 'Bearer made-up');
    assert.equal(one?.headers['content-type'], 'application/json');
  });

  it('decides: what it blocks is refused, what it flags passes and is recorded', async () => {
    const made = inspection({});
    answer = [200, '{"verdict":"block","class":"injection","label":"override"}'];
    const blocked = await outcomeOf(made, 'some words');
    assert.equal(codeOf(blocked), 'content_blocked');
    assert.deepEqual(rulesOf(blocked), ['classifier.override block']);
    answer = [200, '{"verdict":"flag","class":"pii","label":"A sentence to the model"}'];
    const flagged = await outcomeOf(made, 'some words');
    assert.equal(codeOf(flagged), 'flag');
    assert.deepEqual(rulesOf(flagged), ['classifier flag']);
    assert.equal(flagged?.verdict?.findings[0]?.class, 'pii');
  });

  it('can be overruled where the operator suppresses it', async () => {
    const suppress = [
      { rule: 'classifier.override', tool: 'look', reason: 'x', until: '2199-01-01' },
    ];
    const made = inspection({}, { suppress });
    answer = [200, '{"verdict":"block","label":"override"}'];
    assert.equal(await outcomeOf(made, 'some words'), undefined);
    const other = await outcomeOf(made, 'some words', { ...ABOUT, tool: 'other' });
    assert.equal(codeOf(other), 'content_blocked');
  });

  it('sees no secret: neither what is redacted nor what is only recorded', async () => {
    for (const response of ['redact', 'flag']) {
      const made = inspection({}, { secrets: { response } });
      const outcome = await outcomeOf(made, { text: 'see TICKET-482913' });
      assert.equal(codeOf(outcome), response === 'flag' ? 'flag' : 'rewritten');
      assert.deepEqual(asked.at(-1)?.body.content, { text: 'see <redacted:ticket:1>' });
    }
    assert.equal(asked.length, 2);
  });

  it('is not asked about what is refused already, too small, or of another direction', async () => {
    const made = inspection({ minBytes: 20 }, { secrets: { response: 'block' } });
    await outcomeOf(made, { text: 'it is TICKET-482913, is it not' });
    await outcomeOf(made, 'short');
    await outcomeOf(made, { text: 'long enough to be asked' }, { ...ABOUT, direction: 'request' });
    assert.deepEqual(asked, []);
  });

  const FAILURES: [what: string, answer: typeof answer][] = [
    ['an error', [500, '{"verdict":"pass"}']],
    ['a redirect, which is not followed', [307, '', { location: '/elsewhere' }]],
    ['no JSON', [200, '<html>']],
    ['another JSON', [200, '[]']],
    ['a verdict that is not known', [200, '{"verdict":"allow"}']],
    ['a class that is not known', [200, '{"verdict":"block","class":"spam"}']],
    ['more than an answer is long', [200, `{"verdict":"pass","x":"${'x'.repeat(70_000)}"}`]],
  ];
  for (const [what, given] of FAILURES) {
    it(`refuses or lets pass, as configured, after ${what}`, async () => {
      answer = given;
      const closed = await outcomeOf(inspection({}), 'some words');
      assert.equal(codeOf(closed), 'not_inspected');
      const passed = await outcomeOf(inspection({ fail: 'open' }), 'some words');
      assert.deepEqual(rulesOf(passed), ['classifier.failed flag']);
      assert.ok(asked.every(({ url: at }) => at.startsWith('/judge')));
    });
  }

  it('has its time and no more, and so has what waits', async () => {
    answer = null;
    const made = inspection({ deadlineMs: 200, concurrency: 1 });
    const both = await Promise.all([outcomeOf(made, 'one'), outcomeOf(made, 'two')]);
    assert.deepEqual(both.map(codeOf), ['not_inspected', 'not_inspected']);
  });

  it('is never sent what waited for longer than its time, and goes on with what comes then', async () => {
    release = [];
    const { classifier } = inspectSchema.parse({
      classifier: { url, deadlineMs: LONG_MS, concurrency: 1 },
    });
    // Each message has the time that is configured when it comes: one that waits can end long before the one that it waits for.
    const config = { ...classifier! };
    const made = new Classifier(config);
    const ask = (words: string) => made.ask(Buffer.from(JSON.stringify(words)), ABOUT);
    const first = ask('one');
    while (asked.length < 1) await turn();
    config.deadlineMs = 1;
    assert.deepEqual(await ask('two'), { verdict: 'failed' });
    config.deadlineMs = LONG_MS;
    const last = ask('three');
    for (const go of release.splice(0)) go();
    release = null;
    assert.deepEqual([await first, await last], [{ verdict: 'pass' }, { verdict: 'pass' }]);
    assert.deepEqual(
      asked.map(({ body }) => body.content),
      ['one', 'three'],
    );
  });

  it('is not sent what is larger than it may be, which does not pass by that', async () => {
    const made = inspection({ maxBytes: 1024 });
    assert.equal(codeOf(await outcomeOf(made, 'x '.repeat(1000))), 'not_inspected');
    assert.deepEqual(asked, []);
  });

  it('is asked so many things at once and no more', async () => {
    release = [];
    const made = inspection({ concurrency: 3 });
    const all = Promise.all(Array.from({ length: 12 }, (_, at) => outcomeOf(made, `words ${at}`)));
    while (asked.length < 12 || release.length > 0) {
      // As many as may be open at once: the last of them are no fewer.
      while (release.length < 3) await turn();
      for (const go of release.splice(0)) go();
    }
    release = null;
    await all;
    assert.equal(openMost, 3);
  });

  it('is left alone for a while when it fails again and again', async () => {
    answer = [500, ''];
    const made = inspection({});
    for (let time = 0; time < 8; time++) {
      assert.equal(codeOf(await outcomeOf(made, 'some words')), 'not_inspected');
    }
    // All in one turn: the pause may be over before a busy machine has gone through them one by one.
    const more = await Promise.all(Array.from({ length: 4 }, () => outcomeOf(made, 'some words')));
    for (const outcome of more) assert.equal(codeOf(outcome), 'not_inspected');
    assert.equal(asked.length, 8);
  });

  it('that is not there refuses, or lets pass', async () => {
    const nowhere = { url: 'http://127.0.0.1:1/' };
    assert.equal(codeOf(await outcomeOf(inspection(nowhere), 'words')), 'not_inspected');
    const open = await outcomeOf(inspection({ ...nowhere, fail: 'open' }), 'words');
    assert.deepEqual(rulesOf(open), ['classifier.failed flag']);
  });
});

describe('the file', () => {
  it('is warned of a classifier that is asked in clear text or failed open, and takes no credentials in its URL', () => {
    const warned = (given: object) =>
      inspectWarnings(inspectSchema.parse({ classifier: given }), 0).map(({ path }) => path.at(-1));
    assert.deepEqual(warned({ url: 'https://c.example/' }), []);
    assert.deepEqual(warned({ url: 'http://127.0.0.1:9/' }), []);
    assert.deepEqual(warned({ url: 'http://c.example/', fail: 'open' }), ['url', 'fail']);
    for (const bad of ['https://u:p@c.example/', 'ftp://c.example/', 'file:///etc/passwd', 'c']) {
      assert.equal(inspectSchema.safeParse({ classifier: { url: bad } }).success, false, bad);
    }
  });
});
