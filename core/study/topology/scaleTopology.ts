import { z } from 'zod';
import { CancelledError, InputError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import type { Engine } from '../../engine/engine.ts';
import { networkParams } from '../../network/blockGraph.ts';
import { networkMacs } from '../../network/counts.ts';
import { chooseSize, isLargeEnough, scalingCandidates, type MeasuredSize, type ScalingProblem } from '../../search/autoScaling/autoScaling.ts';
import { autoScalingSettingsSchema } from '../../search/autoScaling/settings.ts';
import { getSpace } from '../../spaces/index.ts';
import type { SearchSpace, StagedSize } from '../../spaces/space.ts';
import { appendRecord, readRecords } from '../recordLog.ts';
import { safePoint } from '../run/hooks.ts';
import { experimentFolder, readPlan, takeExperiment, writeResults } from './experimentFolder.ts';
import { deviceLimitSchema, withinLimits } from './limits.ts';
import { measuresOf, topologyMeter } from './meter.ts';
import { scalingMarkdown } from './scalingMarkdown.ts';
import { scalingSvg } from './scalingPicture.ts';
import { scalePoint, type ScalePoint } from './scalePoint.ts';

const planSchema = z.object({
  format: z.literal('pocketformer-auto-scaling'),
  version: z.literal(1),
  space: z.string(),
  /** The topology to begin with, at the size to begin with. */
  arch: z.unknown(),
  seed: z.int(),
  measures: z.array(z.string()).min(1),
  /** How often each measure is taken, with a seed of its own. */
  repeats: z.int().min(1),
  /** Networks are measured at this fraction of their width: 4 in the release, 1 for their own. */
  widthDivisor: z.int().min(1),
  limits: z.array(deviceLimitSchema),
  settings: autoScalingSettingsSchema,
});
export type AutoScalingPlan = z.output<typeof planSchema>;

const recordSchema = z.object({
  /** From 1. */
  step: z.int(),
  size: z.object({ width: z.number(), depths: z.array(z.int()) }),
  params: z.number(),
  estimates: z.array(z.object({ mean: z.number(), standardError: z.number() })).nullable(),
  /** Executed to measure it. */
  macs: z.number(),
  seconds: z.number(),
});
export type AutoScalingRecord = z.output<typeof recordSchema>;

/** A network on the way, at its own width. */
export interface ScaledNetwork extends StagedSize, ScalePoint {
  readonly arch: unknown;
  readonly key: string;
  readonly params: number;
  readonly macs: number;
  readonly estimates: MeasuredSize['estimates'];
}

export interface AutoScalingOutcome {
  readonly plan: AutoScalingPlan;
  readonly records: readonly AutoScalingRecord[];
  /** The networks grown, the one to begin with first. */
  readonly trajectory: readonly ScaledNetwork[];
  /** Why it ends there, where the limits end it before it has the parameters that were asked for. */
  readonly endedBy?: string;
  /** Where choosing candidates at random leads: a trajectory for each of ten seeds. */
  readonly random: readonly (readonly ScalePoint[])[];
}

export interface AutoScalingHooks {
  readonly signal?: AbortSignal;
  /** A candidate is measured and on the disk. @param share of the parameters that are wanted, from 0 to 1 */
  readonly onCandidate?: (record: AutoScalingRecord, share: number) => void;
}

/** As many as in the paper's figure 3. */
const randomRuns = 10;

/**
 * Does what is left of an auto-scaling (As-ViT, Algorithm 2) in its folder. Every measured candidate is on the disk before
 * the next; going on replays them, so that one that was killed ends exactly like one that was not.
 * @throws InputError `other-experiment`, `not-scalable`, `unknown-space`, `unknown-proxy`, `unknown-device`, `invalid-measures`; CancelledError
 */
export async function scaleTopology(directory: string, plan: AutoScalingPlan, engine: Engine, hooks: AutoScalingHooks = {}): Promise<AutoScalingOutcome> {
  const scaling = scalingOf(plan);
  const meter = topologyMeter(engine, plan.measures, plan.repeats, plan.seed);
  const lock = await takeExperiment(directory, planSchema, plan);
  try {
    const { recordsPath } = experimentFolder(directory);
    const { records: known, endByte: knownEnd } = await readRecords(recordsPath, recordSchema);
    const records = [...known];
    let endByte = knownEnd;
    let progress = follow(plan, scaling, records);
    while (progress.next) {
      await safePoint({});
      if (hooks.signal?.aborted) throw new CancelledError();
      const startMs = performance.now();
      const { size, step } = progress.next;
      const { estimates, macs } = meter.measure(scaling.space.lower(scaling.measuredArch(size)));
      const valid = estimates.filter((one) => one !== null);
      const record = {
        step, size: { width: size.width, depths: [...size.depths] }, params: scaling.problem.countParams(size),
        estimates: valid.length === estimates.length ? valid : null, macs, seconds: (performance.now() - startMs) / 1000,
      };
      endByte = await appendRecord(recordsPath, record, endByte);
      records.push(record);
      hooks.onCandidate?.(record, Math.min(1, progress.trajectory[progress.trajectory.length - 1].params / plan.settings.maxParams));
      progress = follow(plan, scaling, records);
    }
    const outcome = outcomeOf(plan, scaling, records, progress);
    await writeResults(directory, {
      'scaling.json': `${JSON.stringify({ trajectory: outcome.trajectory, endedBy: outcome.endedBy, random: outcome.random }, undefined, 1)}\n`,
      'scaling.md': scalingMarkdown(outcome), 'scaling.svg': scalingSvg(outcome),
    });
    return outcome;
  } finally {
    lock.release();
  }
}

/** What a folder holds so far; undefined where no scaling has begun. */
export async function readAutoScaling(directory: string): Promise<AutoScalingOutcome | undefined> {
  const plan = await readPlan(directory, planSchema);
  if (!plan) return undefined;
  const { records } = await readRecords(experimentFolder(directory).recordsPath, recordSchema);
  const scaling = scalingOf(plan);
  return outcomeOf(plan, scaling, records, follow(plan, scaling, records));
}

interface Progress {
  readonly trajectory: readonly ScaledNetwork[];
  /** What is to be measured next; undefined at the end. */
  readonly next?: { readonly size: StagedSize; readonly step: number };
  readonly endedBy?: string;
}

function outcomeOf(plan: AutoScalingPlan, scaling: Scaling, records: readonly AutoScalingRecord[], { trajectory, endedBy }: Progress): AutoScalingOutcome {
  return { plan, records, trajectory, random: randomTrajectories(plan, scaling), ...(endedBy === undefined ? {} : { endedBy }) };
}

interface Scaling {
  readonly space: SearchSpace;
  readonly problem: ScalingProblem;
  readonly start: StagedSize;
  /** The network as it is measured, and as it is meant. */
  measuredArch(size: StagedSize): unknown;
  ownArch(size: StagedSize): unknown;
}

function scalingOf(plan: AutoScalingPlan): Scaling {
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
function follow(plan: AutoScalingPlan, scaling: Scaling, records: readonly AutoScalingRecord[]): Progress {
  const { problem, start } = scaling;
  const trajectory = [scaledNetwork(plan, scaling, start, null)];
  let size = start;
  for (let step = 1; !isLargeEnough(problem, size, plan.settings); step++) {
    const candidates = candidatesOrEnd(problem, size, plan);
    if (typeof candidates === 'string') return { trajectory, endedBy: candidates };
    const measured = records.filter((record) => record.step === step);
    const next = candidates.at(measured.length);
    if (next) return { trajectory, next: { size: next, step } };
    const chosen = chooseSize(problem, measured, plan.settings);
    ({ size } = chosen);
    trajectory.push(scaledNetwork(plan, scaling, size, chosen.estimates));
  }
  return { trajectory };
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

function randomTrajectories(plan: AutoScalingPlan, { space, problem, start, ownArch }: Scaling): ScalePoint[][] {
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
