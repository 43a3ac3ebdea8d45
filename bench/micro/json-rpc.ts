/**
 * What reading one message costs: `read` beside JSON.parse and JSON.parse + JSON.stringify, and `read` + splice of an id.
 *
 *   node dist/bench/micro/json-rpc.js
 *
 * Prints the median of several rounds in us per message; about five seconds in all. "head" has its bulk in one string, "nested" in many
 * small members, "text" in one string with an escape every 40 bytes, as program text has.
 */

import { read } from '../../src/protocol/json-rpc.ts';
import { Message } from '../../src/protocol/message.ts';
import { withId } from '../../src/protocol/splice.ts';
import { time } from '../stopwatch.ts';

const SIZES = [300, 2048, 65_536];

type Shape = 'head' | 'nested' | 'text';

function argumentsOf(shape: Shape, size: number): unknown {
  if (shape === 'head') return { path: '/data/report.txt', content: 'x'.repeat(size) };
  if (shape === 'text') {
    const line = `${'const total = items.reduce(sum, 0);'.padEnd(39)}\n`;
    return { path: '/src/main.ts', content: line.repeat(size / 40) };
  }
  const rows: unknown[] = [];
  for (let i = 0; JSON.stringify(rows).length < size; i++) {
    rows.push({ id: i, name: `row ${i}`, ok: i % 2 === 0, tags: ['a', 'b'], at: 1.5 * i });
  }
  return { rows };
}

function message(shape: Shape, size: number): Buffer {
  const make = (bulk: unknown) =>
    Buffer.from(
      JSON.stringify({
        jsonrpc: '2.0',
        id: 12345,
        method: 'tools/call',
        params: { name: 'files__write_file', arguments: bulk, _meta: { progressToken: 12345 } },
      }),
    );
  const frame = make(argumentsOf(shape, 0)).length;
  return make(argumentsOf(shape, Math.max(0, size - frame)));
}

console.log('bytes   shape   read    read+id parse   parse+stringify');
for (const size of SIZES) {
  for (const shape of ['head', 'nested', 'text'] as const) {
    const bytes = message(shape, size);
    const columns = [
      time(() => read(bytes)),
      time(() => {
        const found = read(bytes);
        return found instanceof Message ? withId(found, '7') : found;
      }),
      time(() => JSON.parse(bytes.utf8Slice())),
      time(() => Buffer.from(JSON.stringify(JSON.parse(bytes.utf8Slice())))),
    ];
    const figures = columns.map((us) => us.toFixed(2).padEnd(8)).join('');
    console.log(`${String(bytes.length).padEnd(8)}${shape.padEnd(8)}${figures}`);
  }
}
