import type { Graph } from '../../../graph/graph.ts';
import type { ChainInput, ChainLink, ChainParameter } from '../../engine.ts';
import type { Kernel } from '../../wasm/library.ts';
import { ChainRun } from '../chainRun.ts';
import { elementsOf } from '../deviceData.ts';
import type { GraphRunner } from '../graphRunner.ts';
import { gatherInto, scatterAdd, type ParameterShare } from '../../../network/slicing.ts';
import type { Collective } from './collective.ts';
import { evenStretches } from './shares.ts';

/** A pass over a batch that a team shares: everything that its members need to know. The arrays are shared memory. */
export interface Job {
  /** As in `Engine.backpropagate`, with graphs that members know by number. */
  readonly links: readonly JobLink[];
  readonly input: ChainInput;
  /** Images of each member. */
  readonly shares: readonly number[];
  readonly values: Float32Array;
  readonly gradient: Float32Array;
  /** For each member, room for the gradients of the chain's parameters one after the other. */
  readonly partial: readonly Float32Array[];
}

/** What a member works with. */
export interface MemberTools {
  /** By the numbers that jobs know them by. */
  readonly graphs: ReadonlyMap<number, Graph>;
  readonly runner: GraphRunner;
  readonly collective: Collective;
  /** At work on the job's arrays. */
  readonly kernels: Kernels;
}

type Kernels = Readonly<Record<string, Kernel>>;

/** Runs from this length on are added faster by a kernel each than number by number. */
const longRun = 32;

export interface JobLink extends Omit<ChainLink, 'graph'> {
  readonly graph: number;
}

/**
 * A member's part of a job: its images through the chain and back, then its stretch of the sum of all gradients.
 * @param gradientOf given the whole batch's result, the whole gradient at it; asked only of the first member
 */
export function work(
  job: Job, { graphs, runner, collective, kernels }: MemberTools, gradientOf: (result: Float32Array) => Float32Array,
): void {
  const { shares, input, values } = job;
  const { rank } = collective;
  collective.begin(shares);
  const before = shares.slice(0, rank).reduce((sum, images) => sum + images, 0);
  const rowLength = elementsOf(input.shape.slice(1));
  const rows = (whole: Float32Array, length: number) => whole.subarray(before * length, (before + shares[rank]) * length);
  const places = new Map<ChainParameter, number>();
  const accepted: ChainParameter[] = [];
  let end = 0;
  const links = job.links.map((link) => ({ ...link, graph: graphs.get(link.graph)! }));
  for (const { parameters } of links) {
    for (const parameter of parameters) {
      places.set(parameter, end);
      end += elementsOf(parameter.shape);
    }
  }
  new ChainRun(runner, {
    read: ({ offset, slice }, to) => gatherInto(values.subarray(offset), slice, to),
    accept: (parameter, gradient) => {
      job.partial[rank].set(gradient, places.get(parameter));
      accepted.push(parameter);
    },
    gradientOf: (result) => {
      const whole = collective.gather(result);
      const gradient = collective.broadcast(rank === 0 ? gradientOf(whole) : new Float32Array(whole.length));
      return rows(gradient, result.length / shares[rank]);
    },
  }).run(links, { shape: [shares[rank], ...input.shape.slice(1)], data: rows(input.data, rowLength) });
  collective.meet();
  const { from, to } = evenStretches(accepted.map(({ shape }) => elementsOf(shape)), shares.length)[rank];
  for (const parameter of accepted.slice(from, to)) addUp(parameter, places.get(parameter)!, job, kernels);
}

/** Adds the sum of all members' gradients of a parameter to the flat one. */
function addUp({ shape, offset, slice }: ParameterShare, place: number, { partial, gradient }: Job, kernels: Kernels): void {
  const [sum, ...others] = partial.map((all) => all.subarray(place, place + elementsOf(shape)));
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
