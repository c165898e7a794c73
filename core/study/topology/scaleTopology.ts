import { throwIfAborted } from '../../data/concurrent.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Estimate } from '../../search/autoScaling/ranking.ts';
import { safePoint } from '../run/hooks.ts';
import { Experiment, readExperiment } from './experiment.ts';
import { topologyMeter } from './meter.ts';
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

export interface AutoScalingHooks {
  readonly signal?: AbortSignal;
  /** A candidate is measured and on the disk. @param share of the parameters that are wanted, from 0 to 1 */
  readonly onCandidate?: (record: AutoScalingRecord, share: number) => void;
}

/**
 * Does what is left of an auto-scaling (As-ViT, Algorithm 2) in its folder. Every measured candidate is on the disk before
 * the next; going on replays them, so that one that was killed ends exactly like one that was not.
 * @throws InputError `other-experiment`, `not-scalable`, `unknown-space`, `unknown-proxy`, `unknown-device`, `unknown-measure`, `invalid-measures`; CancelledError
 */
export async function scaleTopology(directory: string, plan: AutoScalingPlan, engine: Engine, hooks: AutoScalingHooks = {}): Promise<AutoScalingOutcome> {
  const scaling = scalingOf(plan);
  const meter = topologyMeter(engine, plan.measures, plan.repeats, plan.seed);
  const experiment = await Experiment.take(directory, plan, schemas);
  try {
    const { records } = experiment;
    let progress = follow(plan, scaling, records);
    while (progress.next) {
      await safePoint({});
      throwIfAborted(hooks.signal);
      const startMs = performance.now();
      const { size, step } = progress.next;
      const { estimates, macs } = meter.measure(scaling.space.lower(scaling.measuredArch(size)), sharedEstimates(plan, records, progress.next));
      const valid = estimates.filter((one) => one !== null);
      const record = {
        step, size: { width: size.width, depths: [...size.depths] }, params: scaling.problem.countParams(size),
        estimates: valid.length === estimates.length ? valid : null, macs, seconds: (performance.now() - startMs) / 1000,
      };
      await experiment.append(record);
      hooks.onCandidate?.(record, Math.min(1, progress.trajectory[progress.trajectory.length - 1].params / plan.settings.maxParams));
      progress = follow(plan, scaling, records);
    }
    const outcome = outcomeOf(plan, records, scaling, progress);
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

/** What the step's candidates of the same width have in common. */
function sharedEstimates({ measures, oncePerWidth }: AutoScalingPlan, records: readonly AutoScalingRecord[], { size, step }: Candidate): Map<string, Estimate> {
  const estimates = records.find((record) => record.step === step && record.size.width === size.width && record.estimates)?.estimates;
  return new Map(estimates ? measures.flatMap((id, m) => (oncePerWidth.includes(id) ? [[id, estimates[m]] as const] : [])) : []);
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
