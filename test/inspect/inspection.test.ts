import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OWN_RULES } from '../../src/inspect/catalog.ts';
import { inspectSchema } from '../../src/inspect/config.ts';
import { Inspection, type Outcome } from '../../src/inspect/inspect.ts';
import { Preparation } from '../../src/inspect/preparation.ts';

const RULES = [
  { id: 'ticket', pattern: 'TICKET-[0-9]{6}' },
  { id: 'order', class: 'injection', pattern: 'OBEY-THE-NOTE' },
  { id: 'maybe', pattern: 'PERHAPS-[0-9]{6}', confidence: 'low' },
];
const TICKET = 'TICKET-482913';

const inspectionOf = (more: object = {}) =>
  new Inspection(inspectSchema.parse({ rules: RULES, deadlineMs: 60_000, ...more }));

async function judged(value: unknown, more: object = {}): Promise<Outcome | undefined> {
  const bytes = Buffer.from(JSON.stringify(value));
  const about = { direction: 'response', server: 's', tool: 't', definition: null } as const;
  return inspectionOf(more).inspect(bytes, 0, bytes.length, about);
}

async function shown(value: unknown, more: object = {}): Promise<unknown> {
  const outcome = await judged(value, more);
  assert.equal(outcome?.kind, 'rewritten', JSON.stringify(outcome));
  return outcome?.kind === 'rewritten' ? JSON.parse(outcome.bytes.toString()) : undefined;
}

describe('what is redacted', () => {
  const NAME = '<redacted:ticket:1>';
  const cases: [what: string, value: unknown, after: unknown][] = [
    ['a text', `see ${TICKET}.`, `see ${NAME}.`],
    ['JSON in a text', JSON.stringify({ id: TICKET }), JSON.stringify({ id: NAME })],
    [
      'JSON in JSON in a text',
      JSON.stringify({ a: JSON.stringify({ id: TICKET }) }),
      JSON.stringify({ a: JSON.stringify({ id: NAME }) }),
    ],
    ['beside others', ['a', TICKET, 'b'], ['a', NAME, 'b']],
    ['a name of a member', { [TICKET]: TICKET }, { [NAME]: NAME }],
  ];
  for (const [what, value, after] of cases) {
    it(`is taken out of ${what}`, async () => assert.deepEqual(await shown(value), after));
  }

  it('is the same by a thread as here', async () => {
    for (const [, value, after] of cases) {
      assert.deepEqual(await shown(value, { inlineBytes: 0 }), after);
    }
  });

  it('blocks where it is split over strings, and nothing can be put in its place', async () => {
    const outcome = await judged(['TICKET-', '482913']);
    assert.equal(outcome?.kind, 'refused');
  });
});

it('tells how much is left to make ready, and nothing where nothing is inspected', async () => {
  // Rules of its own, so that no other test has compiled any of them.
  const made = inspectionOf();
  const about = { direction: 'request', server: 's', tool: 't', definition: null } as const;
  const bytes = Buffer.from('{}');
  assert.ok(made.unready >= OWN_RULES.length);
  await made.inspect(bytes, 0, bytes.length, about);
  const before = made.unready;
  made.warm();
  assert.ok(before - made.unready >= OWN_RULES.length);
  assert.ok(made.unready > 0, 'messages are to be rehearsed');
  assert.equal(new Inspection(inspectSchema.parse('off')).unready, 0);
});

it('begins once to make ready, however much passes', async (t) => {
  const begun = t.mock.method(Preparation.prototype, 'begin', () => {});
  const made = inspectionOf();
  const about = { direction: 'request', server: 's', tool: 't', definition: null } as const;
  const bytes = Buffer.from('{"a":"b"}');
  for (let time = 0; time < 5; time++) await made.inspect(bytes, 0, bytes.length, about);
  assert.equal(begun.mock.callCount(), 1);
});

it('rehearses what others may send, also where the same comes again and again', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const made = inspectionOf();
  const about = { direction: 'request', server: 's', tool: 't', definition: null } as const;
  const bytes = Buffer.from('{"a":"b"}');
  for (let time = 0; time < 16; time++) await made.inspect(bytes, 0, bytes.length, about);
  made.warm();
  const messages = made.unready;
  assert.ok(messages > 0);
  t.mock.timers.tick(5000);
  t.mock.timers.tick(10);
  t.mock.timers.tick(10);
  assert.ok(made.unready < messages);
});

describe('what is decided', () => {
  it('is the strictest action of all findings', async () => {
    const outcome = await judged([TICKET, 'OBEY-THE-NOTE']);
    assert.equal(outcome?.kind, 'refused');
    const off = { injection: { response: 'off' } };
    assert.deepEqual(await shown([TICKET, 'OBEY-THE-NOTE'], off), [
      '<redacted:ticket:1>',
      'OBEY-THE-NOTE',
    ]);
  });

  it('is only recorded where it is not sure enough', async () => {
    assert.equal((await judged('PERHAPS-482913'))?.kind, 'flag');
  });

  it('says class, rule and place, and no name of a member that could be what was found', async () => {
    const outcome = await judged({ 'OBEY-THE-NOTE please': { deep: ['OBEY-THE-NOTE'] } });
    assert.equal(outcome?.kind, 'refused');
    const said = JSON.stringify(outcome?.kind === 'refused' ? outcome.refusal : {});
    assert.ok(!said.includes('OBEY-THE-NOTE'), said);
    assert.match(said, /"rule":"own\.order","path":"\/\*/);
  });

  it('refuses what takes longer than its time', async () => {
    const outcome = await judged('x '.repeat(2_000_000), { inlineBytes: 0, deadlineMs: 10 });
    assert.equal(outcome?.kind === 'refused' && outcome.refusal.code, 'not_inspected');
  });
});

describe('what comes again', () => {
  const definition = (property: object) =>
    Buffer.from(
      JSON.stringify({ name: 't', inputSchema: { type: 'object', properties: { x: property } } }),
    );
  const [text, command] = ['Free text of a note', 'Shell command to run'].map((description) =>
    definition({ type: 'string', description }),
  );
  const about = { direction: 'request', server: 's', tool: 't' } as const;
  const ask = (inspection: Inspection, bytes: Buffer, of: Buffer) =>
    inspection.inspect(bytes, 0, bytes.length, { ...about, definition: of });

  it('is judged anew where something was found', async () => {
    const inspection = inspectionOf();
    const bytes = Buffer.from(JSON.stringify({ x: `a note on ${TICKET}` }));
    for (let time = 0; time < 4; time++)
      assert.equal((await ask(inspection, bytes, text!))?.kind, 'refused');
  });

  it('is judged anew for another definition, and in the other direction', async () => {
    const inspection = inspectionOf({ injection: { request: 'off', response: 'block' } });
    const bytes = Buffer.from(JSON.stringify({ x: 'rm -rf / --no-preserve-root' }));
    for (let time = 0; time < 4; time++)
      assert.equal(await ask(inspection, bytes, text!), undefined);
    assert.equal((await ask(inspection, bytes, command!))?.kind, 'refused');
    const order = Buffer.from(JSON.stringify({ x: 'OBEY-THE-NOTE' }));
    for (let time = 0; time < 4; time++)
      assert.equal(await ask(inspection, order, text!), undefined);
    const back = { ...about, direction: 'response', definition: text! } as const;
    const outcome = await inspection.inspect(order, 0, order.length, back);
    assert.equal(outcome?.kind, 'refused');
  });

  it('is not looked at again where nothing was', async () => {
    const inspection = inspectionOf();
    const bytes = Buffer.from(JSON.stringify({ x: 'the quick brown fox '.repeat(150) }));
    // So large that a thread looks at it: from then on nobody does, and there is nothing to wait for.
    for (let time = 0; time < 2; time++)
      assert.equal(await ask(inspection, bytes, text!), undefined);
    assert.equal(ask(inspection, bytes, text!), undefined);
  });
});

it('compiles for later nothing in the first five seconds, and then one expression after the other', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const made = inspectionOf();
  const about = { direction: 'request', server: 's', tool: 't', definition: null } as const;
  const bytes = Buffer.from('{"a":"b"}');
  await made.inspect(bytes, 0, bytes.length, about);
  const left = made.unready;
  t.mock.timers.tick(4999);
  assert.equal(made.unready, left);
  t.mock.timers.tick(1);
  assert.equal(made.unready, left - 1);
  t.mock.timers.tick(10);
  assert.equal(made.unready, left - 2);
});
