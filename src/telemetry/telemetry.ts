/**
 * The entrance to this folder: what the gateway says about itself.
 *
 * `log.ts` for the operator. Metrics and traces come beside it.
 */

export { LOG_LEVELS } from './config.ts';
export { createLog, type Logger } from './log.ts';
