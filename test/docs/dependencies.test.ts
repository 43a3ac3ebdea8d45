/**
 * What runs in the gateway runs on the oldest Node.js that package.json promises (decision record 7).
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { VERSION } from '../../src/protocol/identity.ts';
import { projectFolder } from '../support/temp.ts';

interface Locked {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly engines?: { readonly node?: string };
}

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

function json(name: string): unknown {
  return JSON.parse(readFileSync(join(projectFolder(), name), 'utf8'));
}

const manifest = json('package.json') as Manifest;
const lock = json('package-lock.json') as {
  version: string;
  packages: Record<string, Locked>;
};
const OLDEST = [20, 19, 0] as const;

/** Whether a range of `engines` admits a version: the forms that packages use, anything else throws. */
function admits(range: string, version: readonly number[]): boolean {
  return range.split('||').some((set) =>
    set
      .trim()
      .replace(/(>=|<=|>|<|\^|~)\s+/g, '$1')
      .split(/\s+/)
      .every((comparator) => holds(comparator, version)),
  );
}

function holds(comparator: string, version: readonly number[]): boolean {
  if (comparator === '*' || comparator === '') return true;
  const match = /^(>=|<=|>|<|\^|~|=|)v?(\d+)(?:\.(\d+|x))?(?:\.(\d+|x))?$/.exec(comparator);
  assert(match, `"${comparator}" is a range that this test does not know`);
  const [, operator, ...parts] = match;
  const given = parts.filter((part) => part !== undefined && part !== 'x').map(Number);
  const bound = [...given, 0, 0, 0].slice(0, 3);
  const order = compare(version, bound);
  if (operator === '>=') return order >= 0;
  if (operator === '<=') return order <= 0;
  if (operator === '>') return order > 0;
  if (operator === '<') return order < 0;
  // ^20.1.2: the same first number; ~20.1.2: the same first two; 20.1: the same as far as it says.
  const same = operator === '^' ? 1 : operator === '~' ? Math.min(2, given.length) : given.length;
  return order >= 0 && compare(version.slice(0, same), bound.slice(0, same)) === 0;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((part, i) => part !== b[i]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}

describe('the packages that run in the gateway', () => {
  const running = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && !dev);

  it('are those of package.json and what they bring along', () => {
    for (const name of Object.keys({
      ...manifest.dependencies,
      ...manifest.optionalDependencies,
    })) {
      const found = running.some(([path]) => path === `node_modules/${name}`);
      assert(found, `${name} is missing from package-lock.json, or locked for development only`);
    }
  });

  for (const [path, { version, engines }] of running) {
    it(`${path.replace(/^.*node_modules\//, '')} ${version} admits Node.js ${OLDEST.join('.')}`, () => {
      assert(admits(engines?.node ?? '*', OLDEST), `it asks for ${engines?.node}`);
    });
  }

  for (const name of Object.keys(manifest.dependencies)) {
    it(`${name} imports on Node.js ${process.version}`, async () => {
      assert(Object.keys(await import(name)).length > 0);
    });
  }
});

describe('package.json', () => {
  it('has the version that the program says', () => {
    assert.equal(manifest.version, VERSION);
    assert.equal(lock.version, VERSION);
  });

  it('asks for the oldest Node.js that was tried', () => {
    assert.equal(manifest.engines.node, `>=${OLDEST.join('.')}`);
  });

  it('names exact versions', () => {
    const { dependencies, optionalDependencies, devDependencies } = manifest;
    const all = { ...dependencies, ...optionalDependencies, ...devDependencies };
    const loose = Object.entries(all).filter(
      ([, range]) => !/^(npm:.+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(range),
    );
    assert.deepEqual(loose, []);
  });

  it('says of every package with an install script whether it may run', () => {
    const scripted = Object.entries(lock.packages)
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => path.replace(/^.*node_modules\//, ''));
    assert.deepEqual([...new Set(scripted)].sort(), Object.keys(manifest.allowScripts).sort());
  });
});

describe('a range of engines', () => {
  it('is read as npm reads it', () => {
    const table: readonly [string, boolean][] = [
      ['>=18', true],
      ['>=20.19.0', true],
      ['>= 20.20', false],
      ['^20.19.0 || >=22.12.0', true],
      ['^18 || ^20.20', false],
      ['20 || 22 || >=24', true],
      ['>=22', false],
      ['~20.19', true],
      ['~20.18', false],
      ['20.x', true],
      ['>=18 <20', false],
      ['*', true],
    ];
    for (const [range, expected] of table) assert.equal(admits(range, OLDEST), expected, range);
  });
});
