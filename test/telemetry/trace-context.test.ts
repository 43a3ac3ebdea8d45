import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fitBaggage, fitTracestate, parentOf } from '../../src/protocol/trace-context.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('a traceparent', () => {
  it('names its trace, its span and whether they are sampled', () => {
    const parent = { traceId: TRACE, spanId: SPAN };
    assert.deepEqual(parentOf(`00-${TRACE}-${SPAN}-01`), { ...parent, isSampled: true });
    assert.deepEqual(parentOf(`00-${TRACE}-${SPAN}-00`), { ...parent, isSampled: false });
    // Other flags are of later versions of the specification.
    assert.deepEqual(parentOf(`00-${TRACE}-${SPAN}-fe`), { ...parent, isSampled: false });
  });

  it('of a later version may go on', () => {
    assert.equal(parentOf(`01-${TRACE}-${SPAN}-01-what-the-future-holds`)?.traceId, TRACE);
  });

  for (const [why, text] of [
    ['nothing', ''],
    ['an invalid version', `ff-${TRACE}-${SPAN}-01`],
    ['a version that is no number', `0x-${TRACE}-${SPAN}-01`],
    ['more than version 00 has', `00-${TRACE}-${SPAN}-01-more`],
    ['upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['a short trace', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['flags that are no number', `00-${TRACE}-${SPAN}-0g`],
    ['blanks around it', ` 00-${TRACE}-${SPAN}-01`],
    ['a line end', `00-${TRACE}-${SPAN}-01\n`],
  ] as const) {
    it(`is none with ${why}`, () => assert.equal(parentOf(text), undefined));
  }
});

describe('what is passed on beside it', () => {
  it('is bounded, on one line, and needs no escape', () => {
    assert.equal(
      fitTracestate('rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'),
      'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
    );
    assert.equal(fitTracestate(`a=${'x'.repeat(510)}`).length, 512);
    assert.equal(fitBaggage(`a=${'x'.repeat(8190)}`).length, 8192);
    for (const text of [
      `a=${'x'.repeat(8191)}`,
      'a="b"',
      'a=\\',
      'a=b\r\nx: y',
      'a=\u00e9',
      'a=\0',
    ]) {
      assert.equal(fitTracestate(text), '');
      assert.equal(fitBaggage(text), '');
    }
  });
});
