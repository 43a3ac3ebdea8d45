/**
 * The same server, serving one call at a time: `serial-echo.js legacy|modern SERVICE_MS`.
 *
 * Its capacity is one call per SERVICE_MS however many wait, and it takes no CPU while it serves, so who waits for whom is
 * the relay's choice. Calls wait here in the order in which they came.
 */

import { answersOf } from './echo-lines.ts';

const answers = answersOf(process.argv[2] === 'modern' ? 'modern' : 'legacy');
const serviceMs = Number(process.argv[3] ?? 2);
const waiting: Buffer[] = [];
let tail = '';

function serve(): void {
  const line = waiting[0];
  if (line === undefined) return;
  setTimeout(() => {
    waiting.shift();
    process.stdout.write(answers.take(line));
    serve();
  }, serviceMs);
}

process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
  const lines = (tail + chunk).split('\n');
  tail = lines.pop() ?? '';
  for (const line of lines) {
    const bytes = Buffer.from(`${line}\n`);
    if (!line.includes('tools/call')) process.stdout.write(answers.take(bytes));
    else if (waiting.push(bytes) === 1) serve();
  }
});
process.stdin.on('end', () => process.exit(0));
