#!/usr/bin/env node
/**
 * The process: arguments and environment become one command, its exit code ends it.
 *
 * Nothing else touches process.argv, process.env and process.exit, so that everything else can be run in a test, twice,
 * and beside itself. Whatever nobody caught is a bug (70), said with its stack.
 */

import { setFlagsFromString } from 'node:v8';
import { run } from './cli/cli.ts';

const BUG = 70;

// What V8 allocates old from the start keeps alive all young objects it points to, until the next full collection. It
// does so where many objects of one place survived once, as those of calls in flight do while it still warms up, and
// then finds itself confirmed: on node:http a third of all bytes lived on so, and a call of 300 B cost 40 us, not 33.
setFlagsFromString('--no-allocation-site-pretenuring');

// Loops of loading modules and building tables look hot and soon never run again: their optimised code, made on other
// threads, was a fifth of the CPU of a start. A command says when it works (`optimise` below); from then on all is as V8 has it.
setFlagsFromString('--no-opt');

// Memory of Buffers that are gone is given back by another thread, and counts until then. On busy cores that comes late, so that
// a stream of big messages grows past what V8 allows before it collects everything: 7 times in 1,000 calls of 64 KB, which
// then cost 680 us, not 260. Here it is given back within the collection.
setFlagsFromString('--no-concurrent-array-buffer-sweeping');

function crash(error: unknown): void {
  process.stderr.write(`This is a bug in sluice.\n${(error as Error)?.stack ?? String(error)}\n`);
  process.exit(BUG);
}

process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);
// `sluice tools | head` closes the pipe early; that is no bug.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') crash(error);
});

const code = await run({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  self: [process.execPath, process.argv[1] ?? ''],
  onSignal: (signal, handle) => process.on(signal, handle),
  optimise: () => setFlagsFromString('--opt'),
  exit: (status) => process.exit(status),
});
// What is still in a pipe must get out; an open handle that a command forgot must not keep the process.
process.exitCode = code;
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
