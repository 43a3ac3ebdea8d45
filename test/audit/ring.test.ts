import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Payload, Ring, Way } from '../../src/audit/ring.ts';

/** 64 KiB: every run goes round several times. */
const RING_BYTES = 65_536;
const NONE: Payload = { bytes: null, start: 0, end: 0, way: Way.none };

const payload = fc.record({
  bytes: fc.uint8Array({ maxLength: 3_000 }),
  /** Where it begins in what it is part of: at any place of a word. */
  offset: fc.nat(15),
  start: fc.nat(40),
  way: fc.constantFrom(Way.none, Way.whole, Way.hash),
});
const record = fc.record({
  line: fc.string({ unit: 'grapheme', maxLength: 600 }),
  args: payload,
  result: payload,
});

test('what is put into the ring comes out of it, wherever it lay and however often it has gone round', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 80 }), (records) => {
      const ring = new Ring(RING_BYTES);
      const reader = new Ring(ring.memory);
      for (const { line, args, result } of records) {
        assert.ok(ring.put(line, part(args), part(result)));
        const frame = reader.frame(reader.tail);
        assert.ok(frame !== null);
        assert.equal(frame.line.toString(), Buffer.from(line).toString());
        assert.deepEqual([...frame.args], args.way === Way.none ? [] : shown(args));
        assert.deepEqual([...frame.result], result.way === Way.none ? [] : shown(result));
        assert.equal(frame.argsWay, args.way);
        assert.equal(frame.resultWay, result.way);
        reader.release(frame.next);
        assert.equal(reader.frame(reader.tail), null);
        assert.equal(ring.used, 0);
      }
    }),
    { numRuns: 60 },
  );
});

test('what waits is not written over, and there is room again when it was read', () => {
  const ring = new Ring(RING_BYTES);
  const line = (at: number) => `${at}:${'x'.repeat(at % 700)}`;
  let put = 0;
  let read = 0;
  for (let round = 0; round < 40; round++) {
    while (ring.put(line(put), NONE, NONE)) put += 1;
    assert.ok(put > read);
    for (let i = 0; i < 20; i++) {
      const frame = ring.frame(ring.tail);
      assert.ok(frame !== null);
      assert.equal(frame.line.toString(), line(read));
      read += 1;
      ring.release(frame.next);
    }
  }
});

function shown({ bytes, start }: { bytes: Uint8Array; start: number }): number[] {
  return [...bytes.subarray(Math.min(start, bytes.length))];
}

function part(of: { bytes: Uint8Array; offset: number; start: number; way: Way }): Payload {
  const { bytes, offset, way } = of;
  const lying = Buffer.alloc(offset + bytes.length).subarray(offset);
  lying.set(bytes);
  return { bytes: lying, start: Math.min(of.start, bytes.length), end: bytes.length, way };
}
