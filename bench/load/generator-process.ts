/**
 * The generator as a process of its own: takes a plan, says when it is ready, starts when it is told, sends its result.
 *
 * It ends with its parent. Ctrl-C at a terminal reaches it too and is the parent's to answer.
 */

import { LoadError } from './arrival.ts';
import { Generator, type Result, type Share } from './generator.ts';
import type { LoadFault, Plan } from './load.ts';

export type ToGenerator =
  | { readonly kind: 'plan'; readonly plan: Plan; readonly share: Share }
  | { readonly kind: 'go' }
  | { readonly kind: 'stop' };

export type FromGenerator =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly calls: number; readonly errors: number }
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'failed'; readonly fault: LoadFault | 'bug'; readonly words: string };

const PROGRESS_MS = 500;

const stop = new AbortController();
let generator: Generator | undefined;

function tell(message: FromGenerator, done: () => void = () => {}): void {
  process.send?.(message, done);
}

function fail(error: unknown): void {
  const known = error instanceof LoadError;
  const words = known ? error.message : String((error as Error)?.stack ?? error);
  tell({ kind: 'failed', fault: known ? error.fault : 'bug', words }, () => process.exit(1));
}

async function take(message: ToGenerator): Promise<void> {
  if (message.kind === 'stop') stop.abort();
  else if (message.kind === 'plan') {
    generator = await Generator.prepare(message.plan, message.share);
    tell({ kind: 'ready' });
  } else if (generator !== undefined) {
    const running = generator;
    const progress = setInterval(
      () => tell({ kind: 'progress', ...running.progress }),
      PROGRESS_MS,
    );
    const result = await running.run(stop.signal);
    clearInterval(progress);
    tell({ kind: 'result', result }, () => process.exit(0));
  }
}

process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(1));
process.on('message', (message) => {
  take(message as ToGenerator).catch(fail);
});
