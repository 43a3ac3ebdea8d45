/** Limits joined: what counts together, what is charged when, and what a caller is told. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limitsSchema } from '../../src/limits/config.ts';
import { network } from '../../src/limits/fingerprint.ts';
import { duration, type Held, isRefused, Limits, type Refused } from '../../src/limits/limits.ts';
import type { Caller } from '../../src/model.ts';
import { callerNamed } from '../support/caller.ts';

const NOON = Date.UTC(2026, 5, 15, 12);

/** Limits with a clock of their own, asked for `server.tool`. */
class Desk {
  now = 0;
  readonly limits: Limits;
  readonly #owners = new Map<string, object>();

  constructor(...entries: object[]) {
    const clocks = { steady: () => this.now, wall: () => NOON + this.now };
    this.limits = new Limits(limitsSchema.parse(entries), clocks);
  }

  take(
    subject = 's.t',
    { caller = callerNamed('ada'), address = '', args = '{}' }: Options = {},
  ): Refused | Held | undefined {
    const owner = this.#owners.get(subject) ?? {};
    this.#owners.set(subject, owner);
    const [server = '', tool = ''] = subject.split('.');
    const plan = this.limits.planFor(owner, server, tool);
    return this.limits.take({ caller, address }, plan, Buffer.from(args));
  }

  passes(subject?: string, options?: Options): boolean {
    const taken = this.take(subject, options);
    return taken === undefined || !isRefused(taken);
  }

  refused(subject?: string, options?: Options): Refused {
    const taken = this.take(subject, options);
    assert.ok(taken !== undefined && isRefused(taken));
    return taken;
  }

  held(subject?: string, options?: Options): Held {
    const taken = this.take(subject, options);
    assert.ok(taken !== undefined && !isRefused(taken));
    return taken;
  }
}

interface Options {
  caller?: Caller;
  address?: string;
  args?: string;
}

describe('a key', () => {
  const parts: [string, string, string, Options, Options][] = [
    ['caller', 's.t', 's.u', {}, { caller: callerNamed('bob') }],
    [
      'agent',
      's.t',
      's.t',
      { caller: callerNamed('x', { agent: 'a' }) },
      { caller: callerNamed('y', { agent: 'b' }) },
    ],
    [
      'user',
      's.t',
      's.t',
      { caller: callerNamed('x', { user: 'a' }) },
      { caller: callerNamed('y', { user: 'b' }) },
    ],
    [
      'tenant',
      's.t',
      's.t',
      { caller: callerNamed('x', { tenant: 'a' }) },
      { caller: callerNamed('y', { tenant: 'b' }) },
    ],
    ['address', 's.t', 's.u', { address: '192.0.2.1' }, { address: '192.0.2.2' }],
  ];
  for (const [part, one, other, first, second] of parts) {
    it(`of ${part} counts its own together and others apart`, () => {
      const desk = new Desk({ id: 'a', key: [part], rate: '2/h' });
      assert.ok(desk.passes(one, first));
      assert.ok(desk.passes(other, first));
      assert.ok(!desk.passes(one, first));
      assert.ok(desk.passes(one, second));
    });
  }

  it('of server and tool counts by what is called', () => {
    const desk = new Desk(
      { id: 'by-server', key: ['server'], rate: '3/h' },
      { id: 'by-tool', key: ['tool'], rate: '2/h' },
    );
    assert.deepEqual(
      ['s.t', 's.t', 's.t', 's.u', 's.u', 'r.t'].map((subject) => desk.passes(subject)),
      [true, true, false, true, false, true],
    );
  });

  it('of several parts counts each combination', () => {
    const desk = new Desk({ id: 'a', key: ['tenant', 'tool'], rate: '1/h' });
    const acme = { caller: callerNamed('x', { tenant: 'acme' }) };
    const umbra = { caller: callerNamed('x', { tenant: 'umbra' }) };
    assert.ok(desk.passes('s.t', acme));
    assert.ok(desk.passes('s.u', acme));
    assert.ok(desk.passes('s.t', umbra));
    assert.ok(!desk.passes('s.t', acme));
  });

  it('of no parts is one for all', () => {
    const desk = new Desk({ id: 'a', key: [], rate: '1/h' });
    assert.ok(desk.passes('s.t'));
    assert.ok(!desk.passes('r.u', { caller: callerNamed('bob') }));
  });

  const networks: [string, string][] = [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['0000:0000:0000:0000:0000:ffff:c000:0207', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0db8:0001:0002::6', '2001:db8:1:2'],
    ['2001:db8::', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['', ''],
  ];
  for (const [address, expected] of networks) {
    it(`takes the address "${address}" for one of ${expected || 'nowhere'}`, () => {
      assert.equal(network(address), expected);
    });
  }
});

describe('a call under several limits', () => {
  it('is charged to none of them where one refuses', () => {
    const desk = new Desk(
      { id: 'wide', rate: '3/h' },
      { id: 'narrow', tools: ['s.dear'], rate: '1/h' },
    );
    assert.ok(desk.passes('s.dear'));
    for (let n = 0; n < 5; n++) assert.equal(desk.refused('s.dear').refusal.data?.limit, 'narrow');
    assert.ok(desk.passes('s.t'));
    assert.ok(desk.passes('s.t'));
    assert.equal(desk.refused('s.t').refusal.data?.limit, 'wide');
  });

  it('finds its turn come when it waited for as long as it was told', () => {
    const desk = new Desk({ id: 'a', rate: '7/min', burst: 3 });
    for (let n = 0; n < 50; n++) {
      const taken = desk.take();
      if (taken !== undefined && isRefused(taken)) {
        desk.now += Number(taken.refusal.data?.retryAfterMs);
        assert.ok(desk.passes());
      }
    }
  });
});

describe('what is counted', () => {
  it('is the price of the tool, by the pattern that says most', () => {
    const cost = { 's.*': 2, 's.dear': 5 };
    const desk = new Desk({ id: 'a', quota: '10/day', unit: 'cost', cost });
    assert.ok(desk.passes('s.dear'));
    assert.ok(desk.passes('s.t'));
    assert.ok(desk.passes('s.t'));
    assert.ok(!desk.passes('s.t'));
    assert.ok(desk.passes('r.t'));
    assert.ok(!desk.passes('r.t'));
  });

  it('is what results hold, known only afterwards', () => {
    const desk = new Desk({ id: 'a', quota: '1000/day', unit: 'tokens' });
    desk.limits.settle(desk.held(), 3_999);
    assert.deepEqual(desk.passes(), false);
    const other = new Desk({ id: 'a', quota: '1000/day', unit: 'tokens' });
    other.limits.settle(other.held(), 3_996);
    assert.ok(other.passes());
  });

  it('is what runs at one time, by key', () => {
    const desk = new Desk({ id: 'a', concurrent: 2 });
    const held = [desk.held(), desk.held()];
    assert.equal(desk.refused().refusal.data?.retryAfterMs, 1000);
    assert.ok(desk.passes('s.t', { caller: callerNamed('bob') }));
    desk.limits.settle(held[0]!, 0);
    assert.ok(desk.passes());
    assert.ok(!desk.passes());
  });

  it('is the same tool with the same arguments, where loops are cut', () => {
    const desk = new Desk({ id: 'a', loop: { times: 2, windowMs: 5000 } });
    assert.deepEqual(
      ['{"a":1}', '{"a":1}', '{"a":2}', '{"a":1}'].map((args) => desk.passes('s.t', { args })),
      [true, true, true, false],
    );
    assert.ok(desk.passes('s.u', { args: '{"a":1}' }));
    const { refusal } = desk.refused('s.t', { args: '{"a":1}' });
    assert.match(refusal.words, /2 times with the same arguments.*Change the arguments/);
    desk.now += Number(refusal.data?.retryAfterMs);
    assert.ok(desk.passes('s.t', { args: '{"a":1}' }));
  });
});

describe('a limit that only observes', () => {
  it('refuses nothing, and counts what it would have refused', () => {
    const desk = new Desk({ id: 'a', rate: '2/h', concurrent: 50, mode: 'observe' });
    for (let n = 0; n < 5; n++) desk.limits.settle(desk.held(), 0);
    assert.deepEqual(desk.limits.reports(), [{ id: 'a', mode: 'observe', refused: 3 }]);
    assert.deepEqual(desk.limits.news(), [{ id: 'a', mode: 'observe', refused: 3 }]);
    assert.deepEqual(desk.limits.news(), []);
    assert.equal(desk.limits.running, 0);
  });
});

describe('a refusal', () => {
  it('is about all that a caller does, or about tools', () => {
    const kinds: [object, boolean][] = [
      [{ rate: '1/h' }, true],
      [{ rate: '1/h', key: ['address'] }, true],
      [{ rate: '1/h', key: ['caller', 'tool'] }, false],
      [{ rate: '1/h', key: ['server'] }, false],
      [{ rate: '1/h', tools: ['s.*'] }, false],
      [{ loop: { times: 1 } }, false],
    ];
    for (const [entry, isWhole] of kinds) {
      const desk = new Desk({ id: 'a', ...entry });
      assert.ok(desk.passes());
      assert.equal(desk.refused().isWhole, isWhole, JSON.stringify(entry));
    }
  });

  it('says when to come back in units that a model reads', () => {
    assert.deepEqual([0, 20, 1500, 119_000, 120_001, 7_300_000, 200_000_000].map(duration), [
      '1 ms',
      '20 ms',
      '2 s',
      '119 s',
      '3 min',
      '3 h',
      '3 days',
    ]);
  });
});

describe('a new configuration', () => {
  const one = { id: 'a', rate: '1/h' };
  const day = { id: 'd', quota: '2/day' };

  it('keeps what is counted by limits that stay as they are', () => {
    const desk = new Desk(one);
    assert.ok(desk.passes());
    desk.limits.configure(limitsSchema.parse([{ id: 'b', rate: '9/h' }, one]));
    assert.ok(!desk.passes());
    desk.limits.configure(limitsSchema.parse([{ ...one, rate: '2/h' }]));
    assert.ok(desk.passes());
  });

  it('keeps what is used of a quota that is raised', () => {
    const desk = new Desk(day);
    assert.ok(desk.passes());
    assert.ok(desk.passes());
    desk.limits.configure(limitsSchema.parse([{ ...day, quota: '3/day' }]));
    assert.ok(desk.passes());
    assert.ok(!desk.passes());
  });

  it('gives back what was taken under the old one', () => {
    const desk = new Desk({ id: 'a', concurrent: 1 });
    const held = desk.held();
    desk.limits.configure(limitsSchema.parse([]));
    desk.limits.settle(held, 0);
    assert.ok(desk.limits.isEmpty);
  });
});

describe('an entry of the file', () => {
  const wrong: [object, RegExp][] = [
    [{}, /a limit: give it/],
    [{ rate: '10' }, /100\/s/],
    [{ rate: '0/s' }, /from 1/],
    [{ quota: '10/s' }, /day/],
    [{ burst: 3, quota: '5/day' }, /beside a/],
    [{ rate: '1/s', cost: { 's.t': 1 } }, /unit: cost/],
    [{ rate: '1/s', key: ['caller', 'caller'] }, /without doubles/],
    [{ concurrent: 3, unit: 'tokens' }, /left out/],
    [{ quota: '5/day', unit: 'cost', cost: { 's.t': 6 } }, /never be called/],
    [{ rate: '1/s', tools: ['search'] }, /server\.tool/],
    [{ rate: '1/s', key: ['colour'] }, /Invalid/],
    [{ rate: '1/s', brust: 3 }, /brust/],
  ];
  for (const [entry, words] of wrong) {
    it(`is at fault: ${JSON.stringify(entry)}`, () => {
      const { error } = limitsSchema.safeParse([{ id: 'a', ...entry }]);
      assert.match(String(error?.message), words);
    });
  }

  it('has an id of its own', () => {
    const twice = [
      { id: 'a', rate: '1/s' },
      { id: 'a', rate: '1/s' },
    ];
    assert.ok(!limitsSchema.safeParse(twice).success);
  });
});
