import { unknownPace, workThrough, type Pace } from '../queue/workThrough.ts';
import { startScoringWorkers, type ScoringWorkers, type WorkerOptions } from '../scoring/scoringWorkers.ts';
import { Experiment, readExperiment } from './experiment.ts';
import { measuringPlan, topologyEstimate } from './meter.ts';
import type { ScalePoint } from './scalePoint.ts';
import { follow, randomTrajectories, scalingOf, type Candidate, type ScaledNetwork, type Scaling, type ScalingProgress } from './scaling.ts';
import { scalingMarkdown } from './scalingMarkdown.ts';
import { scalingSvg } from './scalingPicture.ts';
import { autoScalingPlanSchema, autoScalingRecordSchema, type AutoScalingPlan, type AutoScalingRecord } from './scalingPlan.ts';

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

const schemas = { plan: autoScalingPlanSchema, record: autoScalingRecordSchema };

/** What measures candidates: several at a time, each on one thread, because a single one does not keep all threads busy. */
export type MeasuringOptions = Pick<WorkerOptions, 'engine' | 'threads' | 'queue'>;

export interface AutoScalingHooks {
  readonly signal?: AbortSignal;
  /** A candidate is measured and on the disk. @param share of the parameters that are wanted, from 0 to 1 */
  readonly onCandidate?: (record: AutoScalingRecord, share: number) => void;
}

/**
 * Does what is left of an auto-scaling (As-ViT, Algorithm 2) in its folder. Candidates are on the disk in their order, whichever is measured first;
 * going on replays them, so that one that was killed ends exactly like one that was not.
 * @throws InputError `other-experiment`, `not-scalable`, `unknown-space`, `unknown-proxy`, `unknown-device`, `invalid-measures`; CancelledError; and as `startScoringWorkers`
 */
export async function scaleTopology(directory: string, plan: AutoScalingPlan, measuring: MeasuringOptions, hooks: AutoScalingHooks = {}): Promise<AutoScalingOutcome> {
  const scaling = scalingOf(plan);
  const experiment = await Experiment.take(directory, plan, schemas);
  try {
    const progress = await followToEnd(plan, scaling, experiment, measuring, hooks);
    const outcome = outcomeOf(plan, experiment.records, scaling, progress);
    const { trajectory, endedBy, random } = outcome;
    await experiment.writeResults({
      'scaling.json': `${JSON.stringify({ trajectory, endedBy, random }, undefined, 1)}\n`,
      'scaling.md': scalingMarkdown(outcome), 'scaling.svg': scalingSvg(outcome),
    });
    return outcome;
  } finally {
    experiment.release();
  }
}

/** Measures step after step, until nothing is left to measure. */
async function followToEnd(
  plan: AutoScalingPlan, scaling: Scaling, experiment: Experiment<AutoScalingRecord>, measuring: MeasuringOptions, { signal, onCandidate }: AutoScalingHooks,
): Promise<ScalingProgress> {
  let progress = follow(plan, scaling, experiment.records);
  if (progress.pending.length === 0) return progress;
  const workers = await startScoringWorkers({ ...measuring, plan: measuringPlan(plan) });
  try {
    const pace = unknownPace();
    let sinceMs = performance.now();
    while (progress.pending.length > 0) {
      const { pending, trajectory } = progress;
      const share = Math.min(1, trajectory[trajectory.length - 1].params / plan.settings.maxParams);
      for await (const measured of measureAll(pending, scaling, workers, pace, signal)) {
        const nowMs = performance.now();
        const record = { ...measured, seconds: (nowMs - sinceMs) / 1000 };
        sinceMs = nowMs;
        await experiment.append(record);
        onCandidate?.(record, share);
      }
      progress = follow(plan, scaling, experiment.records);
    }
    return progress;
  } finally {
    await workers.close();
  }
}

async function* measureAll(
  candidates: readonly Candidate[], { problem, measuredArch }: Scaling, workers: ScoringWorkers, pace: Pace, signal?: AbortSignal,
): AsyncGenerator<Omit<AutoScalingRecord, 'seconds'>> {
  let done = 0;
  for await (const portion of workThrough(candidates.map(({ size }) => measuredArch(size)), workers, { pace, signal })) {
    for (const { result } of portion) {
      const { size, step } = candidates[done++];
      const { estimates, macs } = topologyEstimate(result);
      const valid = estimates.filter((one) => one !== null);
      yield { step, size: { width: size.width, depths: [...size.depths] }, params: problem.countParams(size), estimates: valid.length === estimates.length ? valid : null, macs };
    }
  }
}

/** What a folder holds so far; undefined where no scaling has begun. @throws as `readExperiment` */
export async function readAutoScaling(directory: string): Promise<AutoScalingOutcome | undefined> {
  const held = await readExperiment(directory, schemas);
  if (!held) return undefined;
  const { plan, records } = held;
  const scaling = scalingOf(plan);
  return outcomeOf(plan, records, scaling, follow(plan, scaling, records));
}

function outcomeOf(plan: AutoScalingPlan, records: readonly AutoScalingRecord[], scaling: Scaling, { trajectory, endedBy }: ScalingProgress): AutoScalingOutcome {
  return { plan, records, trajectory, random: randomTrajectories(plan, scaling), ...(endedBy === undefined ? {} : { endedBy }) };
}
