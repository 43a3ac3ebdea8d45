import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Logger } from '../../src/telemetry/log.ts';
import { Repeats, repeatsOf } from '../../src/telemetry/repeats.ts';
import { createLog } from '../../src/telemetry/telemetry.ts';

/** A real log, of which each line is also kept. */
function heard(): { log: Logger; lines: unknown[][] } {
  const log = createLog({ log: 'silent' });
  const lines: unknown[][] = [];
  for (const level of ['info', 'warn'] as const) {
    log[level] = (...line: unknown[]) => void lines.push([level, ...line]);
  }
  return { log, lines };
}

describe('lines that repeat each other', () => {
  it('are written once, and then with how often they were said again', () => {
    const { log, lines } = heard();
    const repeats = new Repeats(log);
    for (let ms = 1; ms <= 5; ms++) repeats.say('warn', 'files', { ms }, 'slow call');
    repeats.say('warn', 'other', { ms: 1 }, 'slow call');
    repeats.say('info', 'files', {}, 'something else');
    assert.deepEqual(lines, [
      ['warn', { ms: 1 }, 'slow call'],
      ['warn', { ms: 1 }, 'slow call'],
      ['info', {}, 'something else'],
    ]);
    repeats.flush();
    assert.deepEqual(lines.slice(3), [['warn', { ms: 5, repeated: 4 }, 'slow call']]);
    assert.equal(repeats.left, 4);
    repeats.say('warn', 'files', { ms: 6 }, 'slow call');
    assert.equal(lines.length, 5);
  });

  it('are remembered of so many sources, and of all others together', () => {
    const { log, lines } = heard();
    const repeats = new Repeats(log);
    for (let source = 0; source < 3000; source++) repeats.say('warn', `${source}`, {}, 'words');
    assert.equal(lines.length, 1001);
    repeats.flush();
    assert.deepEqual(lines.slice(1001), [['warn', { repeated: 1999 }, 'words']]);
  });

  it('are counted together, whoever writes to a log', () => {
    const { log } = heard();
    assert.equal(repeatsOf(log), repeatsOf(log));
  });
});
