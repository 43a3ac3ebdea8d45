/**
 * What a decision costs: of the common call (one look into an array), of one whose arguments are judged, the first of a
 * caller, and the dearest condition that the bounds allow.
 *
 * `node dist/bench/micro/access.js`
 */

import { accessSchema } from '../../src/policy/config.ts';
import { judgeable, Policy } from '../../src/policy/policy.ts';

const TOOLS = 5_000;
const of = { size: TOOLS };
const hints = { readOnly: false, destructive: true, idempotent: false, openWorld: true };
const tools = Array.from({ length: TOOLS }, (_, index) => {
  const server = index % 2 === 0 ? 'files' : 'db';
  return { kind: 'tool' as const, server, original: `read_${index}`, hints, index, of };
});
const access = accessSchema.parse({
  roles: {
    reader: { allow: ['files.read_*', 'db.*'], deny: ['files.read_secret'] },
    writer: { allow: ['files.*'] },
  },
  rules: [
    {
      id: 'no-prod',
      tools: ['db.*'],
      when: 'has(args.database) && args.database == "prod" && !("dba" in caller.roles)',
    },
    {
      id: 'dear',
      tools: ['db.read_1'],
      when: 'has(args.a) && args.a.all(x, !(x in args.b)) && args.a.all(x, !(x in args.b)) && args.a.all(x, !(x in args.b))',
    },
    { id: 'pattern', tools: ['db.read_3'], when: 'args.text.re2("(a|b)*c$")' },
  ],
});
const policy = new Policy({ ...access, default: 'deny' }, new Map(), new Map());
const caller = (at: number) => ({
  id: `caller${at}`,
  by: 'api_key' as const,
  agent: '',
  user: '',
  roles: ['reader'],
  scopes: [],
  tenant: '',
  credential: '',
  until: Number.POSITIVE_INFINITY,
});
const moment = { now: Date.now(), address: '', route: '', era: 'modern' as const };
const many = Array.from({ length: 10_000 }, (_, at) => caller(at));
const lists = {
  a: Array.from({ length: 499 }, (_, at) => at),
  b: Array.from({ length: 499 }, (_, at) => at + 1000),
};
const text = { text: 'ab'.repeat(30_000) };

function measure(name: string, rounds: number, work: (at: number) => unknown): void {
  let kept: unknown;
  for (let at = 0; at < rounds / 10; at++) kept = work(at);
  const start = process.hrtime.bigint();
  for (let at = 0; at < rounds; at++) kept = work(at);
  const ns = Number(process.hrtime.bigint() - start) / rounds;
  console.log(`${name.padEnd(52)} ${ns.toFixed(0).padStart(10)} ns   ${String(kept).slice(0, 20)}`);
}

const one = many[0]!;
measure('the same caller, allowed', 1e7, (at) =>
  policy.sight(one).allows(tools[(at * 2) % TOOLS]!),
);
measure('10,000 callers in turn, allowed', 1e6, (at) =>
  policy.sight(many[at % many.length]!).allows(tools[(at * 2) % TOOLS]!),
);
measure('arguments judged by one rule', 1e5, () => {
  const tool = tools[5]!;
  const args = judgeable({ database: 'test', sql: 'select 1' });
  return policy.sight(one).decideListed(tool, moment, args).verdict;
});
measure('the first look at a tool', TOOLS, (at) => {
  const fresh = { ...tools[at]!, of: { size: TOOLS } };
  return policy.sight(one).allows(fresh);
});
measure('a list of 499 against another, three times', 20, () => {
  return policy.sight(one).decideListed(tools[1]!, moment, judgeable(lists)).verdict;
});
measure('a pattern over 60 kB', 20, () => {
  return policy.sight(one).decideListed(tools[3]!, moment, judgeable(text)).verdict;
});
