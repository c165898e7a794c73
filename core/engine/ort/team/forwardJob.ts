import type { Statistics } from '../../engine.ts';
import { runForward } from '../forwardRun.ts';
import { ownInput, withGraphs, type ForwardJob, type MemberTools } from './job.ts';

/** A member's part: its images through the chain. @returns the whole batch's result */
export function workForward(
  job: ForwardJob, tools: MemberTools, onStatistics?: (link: number, statistics: Statistics) => void,
): Float32Array {
  const { runner, collective } = tools;
  collective.begin(job.shares);
  return collective.gather(runForward(runner, withGraphs(job.links, tools), ownInput(job, collective.rank), onStatistics));
}
