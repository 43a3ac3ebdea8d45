/**
 * Random `access` parts and what they are about, and their meaning said once more in the plainest way, to hold the
 * policy against.
 */

import fc from 'fast-check';
import type { Caller } from '../../src/model.ts';
import type { AccessConfig } from '../../src/policy/config.ts';
import { accessSchema } from '../../src/policy/config.ts';
import type { Moment, Subject } from '../../src/policy/policy.ts';

export const SERVERS = ['files', 'db', 'web'];
export const NAMES = ['read', 'read_all', 'write', 'search'];
const ROLES = ['reader', 'writer', 'dba'];
const TENANTS = ['', 'acme', 'umbrella'];
const NOON = Date.UTC(2026, 10, 20, 12);
const NIGHT = Date.UTC(2026, 10, 20, 3);

const pattern = fc.oneof(
  fc.constant('*'),
  fc
    .tuple(
      fc.constantFrom(...SERVERS, '*', 'f*', '*b'),
      fc.constantFrom(...NAMES, '*', 'read*', '*a*'),
    )
    .map(([server, name]) => `${server}.${name}`),
);
const patterns = fc.array(pattern, { maxLength: 3 });

type Args = Record<string, unknown>;
type Condition = readonly [
  text: string,
  holds: (caller: Caller, subject: Subject, moment: Moment, args: Args) => boolean | 'error',
];

function over(n: unknown): boolean | 'error' {
  return typeof n === 'number' ? n > 100 : 'error';
}

/** Conditions in CEL, and what they mean. */
export const CONDITIONS: readonly Condition[] = [
  ['true', () => true],
  ['false', () => false],
  ['"dba" in caller.roles', ({ roles }) => roles.includes('dba')],
  ['caller.tenant == "acme"', ({ tenant }) => tenant === 'acme'],
  ['caller.id.startsWith("bot")', ({ id }) => id.startsWith('bot')],
  ['tool.readOnly', (_, { hints }) => hints.readOnly],
  ['tool.server == "db" && !tool.readOnly', (_, s) => s.server === 'db' && !s.hints.readOnly],
  ['time.getHours() < 8', (_, _s, { now }) => new Date(now).getUTCHours() < 8],
  ['ip.startsWith("10.")', (_, _s, { address }) => address.startsWith('10.')],
  ['session.era == "legacy"', (_, _s, { era }) => era === 'legacy'],
  ['has(args.n) && args.n > 100', (_, _s, _m, { n }) => n !== undefined && over(n)],
  ['args.n > 100', (_, _s, _m, { n }) => over(n)],
  ['int("x") == 1', () => 'error'],
];

const rule = fc.record({
  tools: fc.array(pattern, { minLength: 1, maxLength: 2 }),
  condition: fc.nat({ max: CONDITIONS.length - 1 }),
  effect: fc.constantFrom('allow' as const, 'deny' as const),
  mode: fc.constantFrom('enforce' as const, 'enforce' as const, 'observe' as const),
});

const role = fc.record({
  allow: patterns,
  deny: patterns,
  hours: fc.option(fc.constant({ from: '08:00', to: '18:00' }), { nil: undefined }),
  addresses: fc.option(fc.constant(['10.0.0.0/8']), { nil: undefined }),
});

export const accessArbitrary = fc.record({
  default: fc.constantFrom('allow' as const, 'deny' as const, 'deny' as const),
  readOnly: fc.constantFrom(false, false, false, true),
  allow: patterns,
  deny: fc.oneof(fc.constant([]), patterns),
  roles: fc.dictionary(fc.constantFrom(...ROLES), role, { maxKeys: 3 }),
  callers: fc.dictionary(
    fc.constantFrom('bot1', 'ann'),
    fc.record({ allow: patterns, deny: patterns, roles: fc.subarray(ROLES) }),
    { maxKeys: 2 },
  ),
  rules: fc.array(rule, { maxLength: 4 }),
  scopes: fc.array(
    fc.record({
      tools: fc.array(pattern, { minLength: 1, maxLength: 1 }),
      scopes: fc.constant<string[]>(['db:write']),
    }),
    { maxLength: 1 },
  ),
  params: fc.array(
    fc.record({
      tools: fc.array(pattern, { minLength: 1, maxLength: 1 }),
      param: fc.constant('n'),
      maximum: fc.constant(500),
    }),
    { maxLength: 1 },
  ),
  sizes: fc.array(
    fc.record({
      tools: fc.array(pattern, { minLength: 1, maxLength: 1 }),
      bytes: fc.constantFrom(10, 1000),
    }),
    { maxLength: 2 },
  ),
});
export type RandomAccess = typeof accessArbitrary extends fc.Arbitrary<infer T> ? T : never;

/** By server: the tenants that it belongs to. */
export const ownersArbitrary = fc.dictionary(
  fc.constantFrom(...SERVERS),
  fc.subarray(['acme', 'umbrella'], { minLength: 1 }),
  { maxKeys: 2 },
);
export type RandomOwners = Record<string, string[]>;

export const callerArbitrary = fc.record({
  id: fc.constantFrom('ann', 'bot1', 'bot2'),
  by: fc.constant('api_key' as const),
  agent: fc.constant(''),
  user: fc.constant(''),
  roles: fc.subarray(ROLES),
  scopes: fc.subarray(['db:write']),
  tenant: fc.constantFrom(...TENANTS),
  credential: fc.constant(''),
  until: fc.constant(Number.POSITIVE_INFINITY),
});

export const subjectArbitrary = fc.record({
  kind: fc.constant('tool' as const),
  server: fc.constantFrom(...SERVERS),
  original: fc.constantFrom(...NAMES),
  hints: fc.record({
    readOnly: fc.boolean(),
    destructive: fc.constant(true),
    idempotent: fc.constant(false),
    openWorld: fc.constant(true),
  }),
});

export const momentArbitrary = fc.record({
  now: fc.constantFrom(NOON, NIGHT),
  address: fc.constantFrom('', '10.1.2.3', '192.0.2.1', '::ffff:10.9.9.9'),
  route: fc.constant(''),
  era: fc.constantFrom('legacy' as const, 'modern' as const),
  bytes: fc.constantFrom(2, 10, 11, 100_000),
});

export const argsArbitrary = fc.oneof(
  fc.constant({} as Args),
  fc.constantFrom(1, 101, 1000, 'x').map((n): Args => ({ n })),
);

export function configOf(random: RandomAccess): AccessConfig {
  const rules = random.rules.map(({ condition, ...rest }, at) => {
    return { ...rest, id: `rule${at}`, when: CONDITIONS[condition]![0] };
  });
  const parsed = accessSchema.parse({ ...random, rules });
  return { ...parsed, default: random.default };
}

/** `*` within the server's name and within the tool's, by the plainest means. */
function covers(list: readonly string[], { server, original }: Subject): boolean {
  const glob = (text: string, name: string) =>
    new RegExp(`^${text.replaceAll('*', '.*')}$`).test(name);
  return list.some((one) => {
    const [first = '', second = '*'] = one.split('.');
    return one === '*' || (glob(first, server) && glob(second, original));
  });
}

/** What the words of docs/access.md come to. */
export function expected(
  random: RandomAccess,
  owners: RandomOwners,
  given: Caller,
  subject: Subject,
  moment: Moment,
  args: Args,
): { isVisible: boolean; verdict: string } {
  const own = Object.hasOwn(random.callers, given.id) ? random.callers[given.id] : undefined;
  const caller = { ...given, roles: [...given.roles, ...(own?.roles ?? [])] };
  const roles = Object.entries(random.roles).filter(([name]) => caller.roles.includes(name));
  const isDay = moment.now === NOON;
  const isNear = moment.address.includes('10.');
  const asked = random.rules
    .filter(({ mode, tools }) => mode === 'enforce' && covers(tools, subject))
    .map(({ condition, effect }) => {
      const [text, holds] = CONDITIONS[condition]!;
      return { effect, isLate: text.includes('args'), holds: holds(caller, subject, moment, args) };
    });
  const denies = (isLate: boolean) =>
    asked.some(
      (one) =>
        one.isLate === isLate &&
        (one.holds === 'error' || (one.effect === 'deny' && one.holds === true)),
    );
  const isDenied =
    owners[subject.server]?.includes(caller.tenant) === false ||
    (random.readOnly && !subject.hints.readOnly) ||
    covers(random.deny, subject) ||
    roles.some(([, { deny }]) => covers(deny, subject)) ||
    covers(own?.deny ?? [], subject) ||
    denies(false);
  const isGranted =
    random.default === 'allow' ||
    covers(random.allow, subject) ||
    covers(own?.allow ?? [], subject) ||
    roles.some(
      ([, { allow, hours, addresses }]) =>
        covers(allow, subject) &&
        (hours === undefined || isDay) &&
        (addresses === undefined || isNear),
    ) ||
    asked.some((one) => !one.isLate && one.effect === 'allow' && one.holds === true);
  const mightBe = isGranted || asked.some((one) => one.isLate && one.effect === 'allow');
  if (isDenied || !mightBe) return { isVisible: false, verdict: 'hidden' };
  const lacks = random.scopes.some(
    ({ tools, scopes }) =>
      covers(tools, subject) && scopes.some((scope) => !caller.scopes.includes(scope)),
  );
  if (lacks) return { isVisible: true, verdict: 'insufficient_scope' };
  const isOver = random.params.some(
    ({ tools, maximum }) =>
      covers(tools, subject) && 'n' in args && !(typeof args.n === 'number' && args.n <= maximum),
  );
  const isTooLarge = random.sizes.some(
    ({ tools, bytes }) => covers(tools, subject) && (moment.bytes ?? 0) > bytes,
  );
  const isLateGrant = asked.some(
    (one) => one.isLate && one.effect === 'allow' && one.holds === true,
  );
  const isAllowed = !isOver && !isTooLarge && !denies(true) && (isGranted || isLateGrant);
  return { isVisible: true, verdict: isAllowed ? 'allowed' : 'forbidden' };
}
