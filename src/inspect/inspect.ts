/** Inspection: what is in a message, and what is done about it. */

export { examine } from './examine.ts';
export { leavesOf } from './leaves.ts';
export type { Direction, Finding, FindingClass, Subject } from './rule.ts';
