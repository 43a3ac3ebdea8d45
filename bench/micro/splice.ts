/**
 * What changing a message costs by splicing, beside a parse and a stringify of the whole.
 *
 * Columns, in us: another id; another id and another tool name; a copy of the bytes and nothing else; JSON both ways.
 */

import { read } from '../../src/protocol/json-rpc.ts';
import { Message } from '../../src/protocol/message.ts';
import { splice, withId } from '../../src/protocol/splice.ts';
import { print, time } from '../stopwatch.ts';

function message(bytes: number): Message {
  const make = (content: string) =>
    JSON.stringify({
      jsonrpc: '2.0',
      id: 12345,
      method: 'tools/call',
      params: { name: 'files__write_file', arguments: { path: '/a', content } },
    });
  const found = read(Buffer.from(make('x'.repeat(bytes - make('').length))));
  if (!(found instanceof Message)) throw new Error(found.why);
  return found;
}

const rows = [300, 2048, 65_536].map((bytes): [string, number, number, number, number] => {
  const found = message(bytes);
  const { idStart, idEnd, nameStart, nameEnd } = found;
  const both = [
    { start: idStart, end: idEnd, put: '7' },
    { start: nameStart, end: nameEnd, put: '"write_file"' },
  ];
  return [
    `${bytes} B`,
    time(() => withId(found, '7')),
    time(() => splice(found.bytes, both)),
    time(() => Buffer.from(found.bytes)),
    time(() => {
      const parsed = JSON.parse(found.bytes.utf8Slice());
      parsed.id = 7;
      parsed.params.name = 'write_file';
      return Buffer.from(JSON.stringify(parsed));
    }),
  ];
});
print(['us per message', 'id', 'id and name', 'copy', 'parse+string'], rows);
