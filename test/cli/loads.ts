/** Loaded before a program (--import): appends the URL of each module that is loaded to the file that LOADED names. */

import { appendFileSync } from 'node:fs';
import { type LoadHook, register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

// This file is also what it registers: the thread of the hooks loads it once more.
if (isMainThread) register(import.meta.url);

export const load: LoadHook = async (url, context, next) => {
  appendFileSync(process.env.LOADED ?? '/dev/null', `${url}\n`);
  return await next(url, context);
};
