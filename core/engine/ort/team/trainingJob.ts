import { gatherInto } from '../../../network/slicing.ts';
import type { Kernel } from '../../wasm/library.ts';
import { ChainRun } from '../chainRun.ts';
import { GradientSum } from './gradientSum.ts';
import { ownInput, ownRows, withGraphs, type MemberTools, type TrainingJob } from './job.ts';

/**
 * A member's part: its images through the chain and back, and its stretches of the sum of all gradients.
 * @param kernels at work on the job's arrays
 * @param gradientOf given the whole batch's result, the whole gradient at it; asked only of the first member
 */
export function workTraining(
  job: TrainingJob, tools: MemberTools, kernels: Readonly<Record<string, Kernel>>, gradientOf: (result: Float32Array) => Float32Array,
): void {
  const { shares, values, gradient, rooms } = job;
  const { runner, collective } = tools;
  const { rank } = collective;
  collective.begin(shares);
  const sum = new GradientSum(rooms.slice(0, shares.length), gradient, collective, kernels);
  new ChainRun(runner, {
    read: ({ offset, slice }, to) => gatherInto(values.subarray(offset), slice, to),
    accept: (parameter, part) => sum.accept(parameter, part),
    gradientOf: (result) => {
      const whole = collective.gather(result);
      return ownRows(collective.broadcast(rank === 0 ? gradientOf(whole) : new Float32Array(whole.length)), shares, rank);
    },
  }).run(withGraphs(job.links, tools), ownInput(job, rank));
  sum.flush();
}
