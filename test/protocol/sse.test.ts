/** Events survive any chunking, agree with an independent parser, and cannot be forged from data. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { KEEP_ALIVE, type SseEvent, SseParser, sseEvent } from '../../src/protocol/sse.ts';

const MAX = 10_000;

function parse(chunks: Buffer[], max = MAX): SseEvent[] {
  const parser = new SseParser(max);
  return chunks.flatMap((chunk) => parser.feed(chunk));
}

function cut(bytes: Buffer, at: number[]): Buffer[] {
  const borders = [0, ...at.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return borders.slice(1).map((end, i) => bytes.subarray(borders[i]!, end));
}

test('writes one event', () => {
  assert.equal(sseEvent(Buffer.from('{}')).toString(), 'data: {}\n\n');
  assert.equal(
    sseEvent(Buffer.from('é'), '7', 'message').toString(),
    'id: 7\nevent: message\ndata: é\n\n',
  );
});

test('data with line ends stays one event', () => {
  const data = 'a\n\ndata: forged\r\nid: 9\rb\n';
  const events = parse([sseEvent(Buffer.from(data))]);
  assert.deepEqual(
    events.map((event) => event.data.toString()),
    ['a\n\ndata: forged\nid: 9\nb\n'],
  );
  assert.equal(events[0]?.id, undefined);
});

test('no field value may end its line', () => {
  for (const bad of ['a\nb', 'a\rb', 'a\0b']) {
    assert.throws(() => sseEvent(Buffer.from('x'), bad));
    assert.throws(() => sseEvent(Buffer.from('x'), '1', bad));
  }
});

test('reads every kind of line', () => {
  const stream =
    '\ufeff: hello\n\nid: 1\nevent: ping\nretry: 250\ndata: a\ndata\ndata:  b\nunknown: x\n\n' +
    'id: bad\0id\ndata: c\n\nid\nretry: soon\ndata:\n\nretry: 5\n\nid: 8\n\ndata: unfinished\n';
  const seen = parse([Buffer.from(stream)]).map((event) => ({
    ...event,
    data: event.data.toString(),
  }));
  assert.deepEqual(seen, [
    { event: 'ping', data: 'a\n\n b', id: '1', retry: 250 },
    { event: 'message', data: 'c', id: '1', retry: undefined },
    { event: 'message', data: '', id: '', retry: undefined },
    { event: 'message', data: '', id: '', retry: 5 },
  ]);
});

test('a keep-alive is no event, and the last id is kept without one', () => {
  const parser = new SseParser(MAX);
  assert.deepEqual(parser.feed(KEEP_ALIVE), []);
  assert.deepEqual(parser.feed(Buffer.from('id: 3\n\n')), []);
  assert.equal(parser.lastId, '3');
});

test('data survives the reuse of the chunk', () => {
  const chunk = Buffer.from('data: abc\n\n');
  const events = parse([chunk]);
  chunk.fill('-');
  assert.equal(events[0]?.data.toString(), 'abc');
});

test('hands out what precedes an event that is too large, then throws for good', () => {
  const parser = new SseParser(20);
  const good = parser.feed(Buffer.from(`data: ok\n\ndata: ${'x'.repeat(100)}`));
  assert.equal(good[0]?.data.toString(), 'ok');
  assert.equal(parser.overflowed, true);
  assert.throws(() => parser.feed(Buffer.from('\n\n')), RangeError);
  for (const endless of ['x', ':', 'data: x\n', 'a\n']) {
    const other = new SseParser(20);
    assert.throws(() => {
      for (let i = 0; i < 30; i++) other.feed(Buffer.from(endless));
    }, RangeError);
  }
});

test('comments between events do not add up', () => {
  const parser = new SseParser(20);
  for (let i = 0; i < 100; i++) assert.deepEqual(parser.feed(KEEP_ALIVE), []);
});

test('what is written is read, under any chunking', () => {
  const line = fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n\0]/.test(text));
  const data = fc.string({ unit: 'binary' }).map((text) => text.toWellFormed());
  fc.assert(
    fc.property(
      fc.array(fc.tuple(data, fc.option(line), fc.option(line))),
      fc.array(fc.nat(), { maxLength: 10 }),
      (sent, at) => {
        const bytes = Buffer.concat(
          sent.map(([text, id, event]) =>
            sseEvent(Buffer.from(text), id ?? undefined, event ?? undefined),
          ),
        );
        let last: string | undefined;
        const expected = sent.map(([text, id, event]) => {
          last = id ?? last;
          const read = text.replace(/\r\n?/g, '\n');
          return { data: read, id: last, event: event || 'message' };
        });
        const seen = parse(cut(bytes, at)).map(({ data: read, id, event }) => ({
          data: read.toString(),
          id,
          event,
        }));
        assert.deepEqual(seen, expected);
      },
    ),
    { numRuns: 500 },
  );
});

test('agrees with eventsource-parser on any stream, under any chunking', () => {
  const piece = fc.constantFrom(
    ...[
      'data',
      'event',
      'id',
      'retry',
      ':',
      ': ',
      ' ',
      '\n',
      '\n',
      '\r\n',
      '\r',
      'é',
      '😀',
      '7',
      'x',
    ],
    ...['data: a\n', 'data:b\r\n', 'event: e\n', 'id: 1\n', '\n\n'],
  );
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.nat(), { maxLength: 6 }), (pieces, at) => {
      // Events without data are left out: ours may only set `retry`.
      const hasData = (event: string) => !event.endsWith('|');
      // Its own end: a CR at the very end is held back by the other parser until more comes.
      const text = `${pieces.join('')}\n\n:end\n`;
      const expected: string[] = [];
      createParser({
        onEvent: ({ data, event }) => expected.push(`${event ?? 'message'}|${data}`),
      }).feed(text);
      const seen = parse(cut(Buffer.from(text), at))
        .map(({ data, event }) => `${event}|${data}`)
        .filter(hasData);
      assert.deepEqual(seen, expected.filter(hasData));
    }),
    { numRuns: 3000 },
  );
});
