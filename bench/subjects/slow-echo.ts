/**
 * The same server, slow: every answer is held for a while. `slow-echo.js legacy|modern DELAY_MS`.
 *
 * It is slow without being busy, as a server that waits for a network is: what it does to its neighbours must come
 * from the relay and not from the CPU that it takes.
 */

import { answersOf } from './echo-lines.ts';

const answers = answersOf(process.argv[2] === 'modern' ? 'modern' : 'legacy');
const delayMs = Number(process.argv[3] ?? 100);

process.stdin.on('data', (chunk: Buffer) => {
  const isHandshake = !chunk.includes('tools/call');
  const out = Buffer.from(answers.take(chunk));
  if (isHandshake) process.stdout.write(out);
  else setTimeout(() => process.stdout.write(out), delayMs);
});
process.stdin.on('end', () => process.exit(0));
