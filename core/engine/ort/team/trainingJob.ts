import { gatherInto, scatterAdd, type ParameterShare } from '../../../network/slicing.ts';
import type { ChainParameter } from '../../engine.ts';
import type { Kernel } from '../../wasm/library.ts';
import { ChainRun } from '../chainRun.ts';
import { elementsOf } from '../deviceData.ts';
import { ownInput, ownRows, withGraphs, type MemberTools, type TrainingJob } from './job.ts';
import { evenStretches } from './shares.ts';

/** Kernels at work on the job's arrays. */
type Kernels = Readonly<Record<string, Kernel>>;

/** Runs from this length on are added faster by a kernel each than number by number. */
const longRun = 32;

/**
 * A member's part: its images through the chain and back, then its stretch of the sum of all gradients.
 * @param gradientOf given the whole batch's result, the whole gradient at it; asked only of the first member
 */
export function workTraining(
  job: TrainingJob, tools: MemberTools, kernels: Kernels, gradientOf: (result: Float32Array) => Float32Array,
): void {
  const { shares, values } = job;
  const { runner, collective } = tools;
  const { rank } = collective;
  collective.begin(shares);
  const links = withGraphs(job.links, tools);
  const places = new Map<ChainParameter, number>();
  let end = 0;
  for (const parameter of links.flatMap(({ parameters }) => parameters)) {
    places.set(parameter, end);
    end += elementsOf(parameter.shape);
  }
  const accepted: ChainParameter[] = [];
  new ChainRun(runner, {
    read: ({ offset, slice }, to) => gatherInto(values.subarray(offset), slice, to),
    accept: (parameter, gradient) => {
      job.partial[rank].set(gradient, places.get(parameter));
      accepted.push(parameter);
    },
    gradientOf: (result) => {
      const whole = collective.gather(result);
      return ownRows(collective.broadcast(rank === 0 ? gradientOf(whole) : new Float32Array(whole.length)), shares, rank);
    },
  }).run(links, ownInput(job, rank));
  collective.meet();
  const { from, to } = evenStretches(accepted.map(({ shape }) => elementsOf(shape)), shares.length)[rank];
  for (const parameter of accepted.slice(from, to)) addUp(parameter, places.get(parameter)!, job, kernels);
}

/** Adds the sum of all members' gradients of a parameter to the flat one. */
function addUp({ shape, offset, slice }: ParameterShare, place: number, { partial, gradient, shares }: TrainingJob, kernels: Kernels): void {
  const [sum, ...others] = partial.slice(0, shares.length).map((all) => all.subarray(place, place + elementsOf(shape)));
  for (const other of others) kernels.add(sum.byteOffset, other.byteOffset, sum.byteOffset, sum.length);
  const { starts, runLength } = slice;
  if (runLength < longRun) {
    scatterAdd(sum, slice, gradient.subarray(offset));
    return;
  }
  starts.forEach((start, run) => {
    const to = gradient.byteOffset + 4 * (offset + start);
    kernels.add(to, sum.byteOffset + 4 * run * runLength, to, runLength);
  });
}
