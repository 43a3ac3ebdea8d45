/**
 * What cutting a server's output into lines costs, beside the least that it could cost and beside a string split.
 *
 * Columns, in us per message: LineFramer, a bare `indexOf` loop that keeps nothing, `toString().split`. "cut" chunks end
 * inside a message, as reads of a busy pipe do; "whole" chunks end with one.
 */

import { LineFramer } from '../../src/protocol/framing.ts';
import { print, time } from '../stopwatch.ts';

const CHUNK_BYTES = 65_536;
const LF = 0x0a;

function chunks(messageBytes: number, isCut: boolean): Buffer[] {
  const line = `{"jsonrpc":"2.0","id":1,"result":"${'x'.repeat(messageBytes - 37)}"}\n`;
  const perChunk = Math.max(1, Math.floor(CHUNK_BYTES / line.length));
  const all = Buffer.from(line.repeat(perChunk * 4));
  const step = isCut ? CHUNK_BYTES - 7 : perChunk * line.length;
  const cut: Buffer[] = [];
  for (let at = 0; at < all.length; at += step) cut.push(all.subarray(at, at + step));
  return cut;
}

function bare(chunk: Buffer): number {
  let lines = 0;
  for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) lines++;
  return lines;
}

const rows = [300, 2048, 65_536].flatMap((bytes) =>
  [false, true].map((isCut): [string, number, number, number] => {
    const input = chunks(bytes, isCut);
    const messages = input.reduce((sum, chunk) => sum + bare(chunk), 0);
    const framer = new LineFramer(1 << 24);
    let seen = 0;
    const onLine = () => {
      seen++;
    };
    const framed = time(() => {
      for (const chunk of input) framer.push(chunk, onLine);
      return seen;
    });
    const searched = time(() => input.map(bare));
    const split = time(() => input.map((chunk) => chunk.toString().split('\n')));
    const name = `${bytes} B, ${isCut ? 'cut' : 'whole'}`;
    return [name, framed / messages, searched / messages, split / messages];
  }),
);
print(['us per message', 'LineFramer', 'indexOf', 'split'], rows);
