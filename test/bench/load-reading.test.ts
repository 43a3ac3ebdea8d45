import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Judge, OTHER } from '../../bench/load/answer.ts';
import { EventReader } from '../../bench/load/event-reader.ts';
import { HttpReader } from '../../bench/load/http-reader.ts';

/** Cuts bytes into pieces, each in a read buffer that is overwritten afterwards. */
function pieces(bytes: Buffer, cuts: readonly number[], take: (piece: Buffer) => void): void {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const to of [...places, bytes.length]) {
    if (to <= from) continue;
    const piece = Buffer.from(bytes.subarray(from, to));
    take(piece);
    piece.fill(0x21);
    from = to;
  }
}

function readAll(bytes: Buffer, cuts: readonly number[]) {
  const bodies: string[] = [];
  let body = '';
  const statuses: number[] = [];
  const reader = new HttpReader({
    body(piece, start, end) {
      body += piece.latin1Slice(start, end);
      return true;
    },
    end() {
      bodies.push(body);
      statuses.push(reader.status);
      body = '';
    },
  });
  let isFine = true;
  pieces(bytes, cuts, (piece) => {
    if (isFine) isFine = reader.feed(piece);
  });
  return { bodies, statuses, isFine, reader };
}

const chunked = (text: string, sizes: readonly number[]) => {
  let out = '';
  let from = 0;
  for (const size of [...sizes.map((one) => 1 + (one % 9)), text.length]) {
    const part = text.slice(from, from + size);
    if (part !== '') out += `${part.length.toString(16)};x=y\r\n${part}\r\n`;
    from += size;
  }
  return `${out}0\r\ntrailer: yes\r\n\r\n`;
};

describe('HTTP answers', () => {
  it('are read alike however they are cut', () => {
    const text = fc.stringMatching(/^[\x20-\x7e]{0,60}$/);
    const answer = fc.record({ text, isChunked: fc.boolean(), sizes: fc.array(fc.nat(20)) });
    fc.assert(
      fc.property(
        fc.array(answer, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat()),
        (all, cuts) => {
          const bytes = all.map((one) =>
            one.isChunked
              ? `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(one.text, one.sizes)}`
              : `HTTP/1.1 404 Not\r\nContent-Length: ${one.text.length}\r\n\r\n${one.text}`,
          );
          const { bodies, statuses, isFine } = readAll(Buffer.from(bytes.join('')), cuts);
          assert.ok(isFine);
          assert.deepEqual(
            bodies,
            all.map((one) => one.text),
          );
          assert.deepEqual(
            statuses,
            all.map((one) => (one.isChunked ? 200 : 404)),
          );
        },
      ),
    );
  });

  it('may be announced by interim ones', () => {
    const bytes =
      'HTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
    assert.deepEqual(readAll(Buffer.from(bytes), []).bodies, ['ok']);
  });

  it('without a length end with their connection', () => {
    const { bodies, reader } = readAll(Buffer.from('HTTP/1.1 200 OK\r\n\r\nhello'), [20]);
    assert.deepEqual(bodies, []);
    assert.equal(reader.willClose, true);
    assert.equal(reader.close(), true);
  });

  it('that are no HTTP end the reading', () => {
    const bad = [
      'hello\r\n\r\n',
      'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nabc\r\n',
      'x'.repeat(70_000),
    ];
    for (const text of bad) assert.equal(readAll(Buffer.from(text), [5, 9]).isFine, false, text);
  });
});

describe('event streams', () => {
  it('give their data however they are cut', () => {
    const line = fc.stringMatching(/^[a-z{}":]{1,30}$/);
    const event = fc.record({
      lines: fc.array(line, { minLength: 1, maxLength: 3 }),
      crlf: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 5 }), fc.array(fc.nat()), (events, cuts) => {
        const text = events.map(({ lines, crlf }) => {
          const nl = crlf ? '\r\n' : '\n';
          const data = lines.map((one) => `data: ${one}${nl}`).join('');
          return `: comment${nl}id: 7${nl}${data}${nl}`;
        });
        const found: string[] = [];
        const reader = new EventReader(1000, (bytes, start, end) => {
          found.push(bytes.latin1Slice(start, end));
        });
        pieces(Buffer.from(text.join('')), cuts, (piece) => {
          assert.ok(reader.feed(piece, 0, piece.length));
          reader.keep();
        });
        assert.deepEqual(
          found,
          events.map(({ lines }) => lines.join('\n')),
        );
      }),
    );
  });

  it('with an event that is too large are given up', () => {
    const reader = new EventReader(10, () => {});
    const bytes = Buffer.from('data: 12345678901\n\n');
    assert.equal(reader.feed(bytes, 0, bytes.length), false);
  });
});

describe('the judge', () => {
  const id = Buffer.from('100000007');
  const verdict = (text: string, isTool = true) => {
    const judge = new Judge();
    const bytes = Buffer.from(`..${text}..`);
    const answers = [0, 1].map(() => judge.judge(bytes, 2, bytes.length - 2, id, isTool));
    // The first answer is parsed, the second is looked at.
    assert.equal(answers[0], answers[1], text);
    return answers[0];
  };

  it('says the same of an answer whether it parses it or looks at it', () => {
    const cases: [string, string][] = [
      ['{"jsonrpc":"2.0","id":100000007,"result":{}}', ''],
      ['{"result":{},"jsonrpc":"2.0","id":100000007}', ''],
      ['{"jsonrpc":"2.0","result":{},"id":100000007}', ''],
      ['{ "id": 100000007, "result": {}, "jsonrpc": "2.0" }', ''],
      ['{"jsonrpc":"2.0","id":100000008,"result":{}}', OTHER],
      ['{"jsonrpc":"2.0","id":1000000070,"result":{}}', OTHER],
      ['{"jsonrpc":"2.0","method":"notifications/message","params":{}}', OTHER],
      ['{"jsonrpc":"2.0","id":100000007,"result":{"content":[],"isError":true}}', 'tool'],
      ['{"jsonrpc":"2.0","id":100000007,"result":{"a":{"isError":true}}}', ''],
      ['{"jsonrpc":"2.0","id":100000007,"error":{"code":-32602,"message":"m"}}', 'rpc -32602'],
      ['{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m"}}', 'rpc -32700'],
      ['{"jsonrpc":"2.0","id":100000007,"result":null}', 'parse'],
      ['[]', OTHER],
      ['nonsense', 'parse'],
    ];
    for (const [text, expected] of cases) assert.equal(verdict(text), expected, text);
    assert.equal(verdict('{"jsonrpc":"2.0","id":100000007,"result":{"isError":true}}', false), '');
  });
});
