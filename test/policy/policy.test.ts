/** Decisions: as the words of docs/access.md say, the same for lists and calls, whatever was computed before. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Listed, Policy, type Subject } from '../../src/policy/policy.ts';
import {
  accessArbitrary,
  argsArbitrary,
  callerArbitrary,
  configOf,
  expected,
  momentArbitrary,
  ownersArbitrary,
  type RandomAccess,
  type RandomOwners,
  subjectArbitrary,
} from './random-access.ts';

/** The suite is run with and without native add-ons, with other cases each time. */
const RUNS = { numRuns: 1_500 };

const GIVEN = [
  accessArbitrary,
  callerArbitrary,
  subjectArbitrary,
  momentArbitrary,
  argsArbitrary,
] as const;

function policyOf(random: RandomAccess, owners: RandomOwners): Policy {
  const sets = Object.entries(owners).map(([name, tenants]) => [name, new Set(tenants)] as const);
  return new Policy(configOf(random), new Map(sets), new Map());
}

function listed(subjects: readonly Subject[]): Listed[] {
  const of = { size: subjects.length };
  return subjects.map((subject, index) => ({ ...subject, index, of }));
}

describe('a policy', () => {
  it('decides as its words say', () => {
    fc.assert(
      fc.property(
        accessArbitrary,
        ownersArbitrary,
        callerArbitrary,
        subjectArbitrary,
        momentArbitrary,
        argsArbitrary,
        (random, owners, caller, subject, moment, args) => {
          const sight = policyOf(random, owners).sight(caller);
          const right = expected(random, owners, caller, subject, moment, args);
          assert.equal(sight.decide(subject, moment, args).verdict, right.verdict);
          assert.equal(sight.reads(subject, moment), right.isVisible);
        },
      ),
      RUNS,
    );
  });

  it('lists what it lets be called, and nothing that could not be', () => {
    fc.assert(
      fc.property(
        accessArbitrary,
        ownersArbitrary,
        fc.array(callerArbitrary, { minLength: 1, maxLength: 4 }),
        fc.array(subjectArbitrary, { minLength: 1, maxLength: 6 }),
        fc.array(momentArbitrary, { minLength: 1, maxLength: 3 }),
        argsArbitrary,
        (random, owners, callers, subjects, moments, args) => {
          // One policy over all of them: what was computed of one must not reach the next.
          const policy = policyOf(random, owners);
          const entries = listed(subjects);
          for (const moment of moments) {
            for (const caller of callers) {
              const sight = policy.sight(caller);
              for (const entry of entries) {
                const isListed = sight.sees(entry, moment);
                const { verdict } = sight.decideListed(entry, moment, args);
                const right = expected(random, owners, caller, entry, moment, args);
                assert.equal(isListed, verdict !== 'hidden');
                assert.equal(verdict, right.verdict);
                if (sight.allows(entry)) assert.equal(verdict, 'allowed');
                if (isListed) assert.ok(sight.reaches(entry.server));
                if (sight.needsArguments(entry)) continue;
                const other = sight.decideListed(entry, moment, { n: 1e9 });
                assert.equal(other.verdict, verdict, 'arguments count although none are asked for');
              }
            }
          }
        },
      ),
      RUNS,
    );
  });

  it('does not depend on the order of its rules', () => {
    fc.assert(
      fc.property(...GIVEN, (random, caller, subject, moment, args) => {
        const turned = { ...random, rules: random.rules.toReversed() };
        const verdict = (one: RandomAccess) =>
          policyOf(one, {}).sight(caller).decide(subject, moment, args).verdict;
        assert.equal(verdict(turned), verdict(random));
      }),
      RUNS,
    );
  });

  it('changes nothing by rules that only observe', () => {
    fc.assert(
      fc.property(...GIVEN, (random, caller, subject, moment, args) => {
        const enforced = random.rules.filter(({ mode }) => mode === 'enforce');
        const without = policyOf({ ...random, rules: enforced }, {}).sight(caller);
        const sight = policyOf(random, {}).sight(caller);
        assert.equal(
          sight.decide(subject, moment, args).verdict,
          without.decide(subject, moment, args).verdict,
        );
        assert.equal(sight.reads(subject, moment), without.reads(subject, moment));
      }),
      RUNS,
    );
  });
});
