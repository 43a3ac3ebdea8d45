/**
 * The entrance to the load generator: measures any MCP endpoint over HTTP, in this process or in processes of its own.
 *
 * What cannot be measured at all comes back as a thrown `LoadError`; whatever goes wrong in calls is in the report.
 */

import { LoadError } from './arrival.ts';
import { Generator } from './generator.ts';
import { type Plan, planFault } from './plan.ts';
import { type ProcessOptions, runProcesses } from './processes.ts';
import { type Report, reportOf } from './report.ts';

export { LoadError, type LoadFault } from './arrival.ts';
export { compare, type Difference } from './compare.ts';
export { type Gate, type Judged, judgeGate, parseGate } from './gate.ts';
export { findKnee, type Knee } from './knee.ts';
export { type LoadOptions, type Order, readOptions } from './options.ts';
export { pageOf } from './page.ts';
export { type Picked, pickTool } from './pick.ts';
export { type Plan, type PlanEra, type PlanSummary, planFault, type Step } from './plan.ts';
export type { ProcessOptions } from './processes.ts';
export { hgrmOf, type Latency, type Report, type Slice } from './report.ts';
export { differenceLines, kneeLines, linesOf, stepWords } from './text.ts';

/** Measures from the calling process. */
export async function runLoad(plan: Plan, signal?: AbortSignal): Promise<Report> {
  const generator = await Generator.prepare(plan);
  return reportOf(plan, [await generator.run(signal)]);
}

/** Measures from one process of its own, or from several that share connections and rate. */
export async function runLoadProcess(plan: Plan, options: ProcessOptions = {}): Promise<Report> {
  const fault = planFault(plan);
  if (fault !== undefined) throw new LoadError('plan', fault);
  return reportOf(plan, await runProcesses(plan, options));
}
