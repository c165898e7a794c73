import { InputError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import { networkParams } from '../../network/blockGraph.ts';
import { networkMacs } from '../../network/counts.ts';
import { chooseSize, isLargeEnough, scalingCandidates, type MeasuredSize, type ScalingProblem } from '../../search/autoScaling/autoScaling.ts';
import { getSpace } from '../../spaces/index.ts';
import type { SearchSpace, StagedSize } from '../../spaces/space.ts';
import { withinLimits } from './limits.ts';
import { measuresOf } from './meter.ts';
import { scalePoint, type ScalePoint } from './scalePoint.ts';
import type { AutoScalingPlan, AutoScalingRecord } from './scalingPlan.ts';

/** As many as in the paper's figure 3. */
const randomRuns = 10;

/** A network on the way, at its own width. */
export interface ScaledNetwork extends StagedSize, ScalePoint {
  readonly arch: unknown;
  readonly key: string;
  readonly params: number;
  readonly macs: number;
  readonly estimates: MeasuredSize['estimates'];
}

/** A size that a step, from 1, may choose. */
export interface Candidate {
  readonly size: StagedSize;
  readonly step: number;
}

/** How far measurements have led. */
export interface ScalingProgress {
  readonly trajectory: readonly ScaledNetwork[];
  /** What is to be measured next: the rest of a step's candidates, in their order; none at the end. */
  readonly pending: readonly Candidate[];
  /** Why it ends there, where the limits end it before it has the parameters that were asked for. */
  readonly endedBy?: string;
}

/** A plan's space and problem; sizes are those that are measured. */
export interface Scaling {
  readonly space: SearchSpace;
  readonly problem: ScalingProblem;
  readonly start: StagedSize;
  /** The network as it is measured, and as it is meant. */
  measuredArch(size: StagedSize): unknown;
  ownArch(size: StagedSize): unknown;
}

/** @throws InputError `not-scalable`, `unknown-space`, `unknown-proxy`, `unknown-device`, and as the space's `parse` */
export function scalingOf(plan: AutoScalingPlan): Scaling {
  const space = getSpace(plan.space);
  const { scaling } = space;
  if (!scaling) throw new InputError('not-scalable', `Networks of ${space.id} cannot be scaled up by width and depths; those of asvit can.`);
  const seed = space.parse(plan.arch);
  const { width, depths } = scaling.sizeOf(seed);
  if (width % plan.widthDivisor !== 0) {
    throw new InputError('not-scalable', `The width ${width} cannot be divided by ${plan.widthDivisor}, at which networks are to be measured.`);
  }
  const ownArch = (size: StagedSize) => scaling.withSize(seed, { width: size.width * plan.widthDivisor, depths: size.depths });
  const fits = withinLimits(plan.limits);
  // The way is followed anew after every candidate, so that sizes come up again and again.
  return {
    space, ownArch, measuredArch: (size) => scaling.withSize(seed, size), start: { width: width / plan.widthDivisor, depths },
    problem: {
      measures: measuresOf(plan.measures),
      countParams: remembered((size) => networkParams(space.lower(ownArch(size)))),
      accepts: remembered((size) => plan.limits.length === 0 || fits(space.lower(ownArch(size)))),
    },
  };
}

function remembered<T>(of: (size: StagedSize) => T): (size: StagedSize) => T {
  const known = new Map<string, T>();
  return (size) => {
    const key = JSON.stringify(size);
    if (!known.has(key)) known.set(key, of(size));
    return known.get(key)!;
  };
}

/** Where the measurements lead, and what is to be measured next. */
export function follow(plan: AutoScalingPlan, scaling: Scaling, records: readonly AutoScalingRecord[]): ScalingProgress {
  const { problem, start } = scaling;
  const trajectory = [scaledNetwork(plan, scaling, start, null)];
  let size = start;
  for (let step = 1; !isLargeEnough(problem, size, plan.settings); step++) {
    const candidates = candidatesOrEnd(problem, size, plan);
    if (typeof candidates === 'string') return { trajectory, pending: [], endedBy: candidates };
    const measured = records.filter((record) => record.step === step);
    const pending = candidates.slice(measured.length).map((candidate) => ({ size: candidate, step }));
    if (pending.length > 0) return { trajectory, pending };
    const chosen = chooseSize(problem, measured, plan.settings);
    ({ size } = chosen);
    trajectory.push(scaledNetwork(plan, scaling, size, chosen.estimates));
  }
  return { trajectory, pending: [] };
}

/** The candidates, or the sentence that says why there are none. */
function candidatesOrEnd(problem: ScalingProblem, size: StagedSize, { settings }: AutoScalingPlan): StagedSize[] | string {
  try {
    return scalingCandidates(problem, size, settings);
  } catch (error) {
    if (error instanceof InputError && error.code === 'nothing-found') return error.message;
    throw error;
  }
}

function scaledNetwork({ widthDivisor }: AutoScalingPlan, { space, ownArch }: Scaling, size: StagedSize, estimates: MeasuredSize['estimates']): ScaledNetwork {
  const arch = ownArch(size);
  const network = space.lower(arch);
  return {
    arch, key: space.key(arch), width: size.width * widthDivisor, depths: size.depths, params: networkParams(network), macs: networkMacs(network),
    ...scalePoint(network), estimates,
  };
}

/** Where choosing candidates at random leads, for each of some seeds. */
export function randomTrajectories(plan: AutoScalingPlan, { space, problem, start, ownArch }: Scaling): ScalePoint[][] {
  return Array.from({ length: randomRuns }, (_, run) => {
    const random = new Random(`${plan.seed}/random-scaling/${run}`);
    const sizes = [start];
    while (!isLargeEnough(problem, sizes[sizes.length - 1], plan.settings)) {
      const candidates = candidatesOrEnd(problem, sizes[sizes.length - 1], plan);
      if (typeof candidates === 'string') break;
      sizes.push(random.choice(candidates));
    }
    return sizes.map((size) => scalePoint(space.lower(ownArch(size))));
  });
}
