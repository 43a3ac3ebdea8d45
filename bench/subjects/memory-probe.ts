/**
 * Preloaded into a subject (`--import`): on SIGUSR2 it collects garbage and writes what is left to a file.
 *
 * Without it, RSS says as much about the collector's mood as about the program. Only the runs that measure memory load
 * it. The file appears by rename, so a reader never sees half of it.
 */

import { renameSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const file = process.env.BENCH_MEMORY_FILE;

process.on('SIGUSR2', () => {
  if (file === undefined) return;
  collect();
  // What finalizers released goes with the second one.
  setImmediate(() => {
    collect();
    writeFileSync(`${file}.part`, JSON.stringify(process.memoryUsage()));
    renameSync(`${file}.part`, file);
  });
});
