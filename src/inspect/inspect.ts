/**
 * The entrance to this folder: what is in a message, and what is done about it.
 *
 * `rule.ts` says what is looked for, `look.ts` finds it, `verdict.ts` decides, `redact.ts` takes it out, `inspection.ts`
 * is all of that under one configuration.
 */

export { CANARY_KEY_MIN, mintCanary, TENANT_BYTES_MAX } from './canary.ts';
export { defaultInspection, type InspectConfig, inspectSchema } from './config.ts';
export { examine } from './examine.ts';
export { Inspection, type Outcome } from './inspection.ts';
export { leavesOf } from './leaves.ts';
export { Lock, type LockMode } from './lock.ts';
export type { About } from './look.ts';
export type { Direction, Finding, FindingClass, Subject } from './rule.ts';
export { type RuleSetReport, ruleSets } from './rule-sets.ts';
export { mentionsIn, ToolNames } from './tool-names.ts';
export { readsSecrets, sendsOut } from './tool-roles.ts';
export { fingerprintOf } from './traits.ts';
export { type Place, placesOf, type Scope, type Verdict } from './verdict.ts';
