import { join } from 'node:path';
import { CancelledError } from '../../base/errors.ts';
import { networkMacs } from '../../network/counts.ts';
import { readEvents } from '../events.ts';
import { effectiveEvents, type StudyEvent } from '../eventTypes.ts';
import type { Study } from '../folder.ts';
import type { TrainingContext } from '../run/context.ts';
import type { SubnetEvaluator } from '../../training/supernet/evaluator.ts';
import { safePoint, type PhaseProgress, type RunHooks } from '../run/hooks.ts';
import { prepareTraining } from '../run/prepareRun.ts';
import { recordFailure } from '../run/runStudy.ts';
import { evaluatorOf } from '../run/supernetJudge.ts';
import { trainingPhase, type TrainedSupernet } from '../run/trainingPhase.ts';
import { readResult } from '../readResult.ts';
import { bucketCandidates, type BucketCandidates } from './bucketCandidates.ts';
import { runResultSchema, type JudgedSubnet, type RunResult } from './runResult.ts';
import type { Variant } from './variants.ts';

export interface VariantHooks extends Pick<RunHooks, 'signal' | 'onMessage'> {
  readonly onProgress?: (progress: Omit<PhaseProgress, 'phase'> & { readonly phase: PhaseProgress['phase'] | 'evaluation' }) => void;
}

const resultPath = (study: Pick<Study, 'directory'>) => join(study.directory, 'results', 'ablation.json');

/** What a run has found; undefined while it is not finished. @throws InputError `damaged-result` */
export function readRunResult(study: Pick<Study, 'directory'>): Promise<RunResult | undefined> {
  return readResult(resultPath(study), runResultSchema, "is not the result of an ablation's run; delete it to have it evaluated again.");
}

/**
 * Trains one variant with one seed and judges it at every level of MACs, from where an earlier process left it. The
 * caller holds the study and closes it.
 * @param perBucket architectures judged at each level
 */
export async function runVariant(study: Study, variant: Variant, perBucket: number, hooks: VariantHooks): Promise<RunResult> {
  const known = await readRunResult(study);
  if (known) return known;
  try {
    const context = await prepareTraining(study, { ...hooks, onProgress: (progress) => hooks.onProgress?.(progress) });
    try {
      const { weights, remembered } = await trainingPhase(context);
      const buckets = await judge(context, evaluatorOf(context, weights), candidatesOf(context, perBucket, remembered), hooks);
      const { settings } = context;
      const events = effectiveEvents(readEvents(study.paths.events).events);
      const result: RunResult = {
        format: 'pocketformer-ablation-run', version: 1, variant: variant.name, seed: settings.seed, steps: settings.training.steps,
        trainingSeconds: secondsInSteps(events, settings.training.batchSize), images: context.data.val.count, buckets,
        conflict: conflictOverTime(events),
      };
      await study.writeFile(resultPath(study), `${JSON.stringify(result, undefined, 1)}\n`);
      await study.update({ status: 'interrupted' });
      return result;
    } finally {
      context.data.close();
    }
  } catch (error) {
    await recordFailure(study, error);
    throw error;
  }
}

type Level = Omit<BucketCandidates<unknown>, 'candidates'> & Record<'candidates' | 'remembered', BucketCandidates<unknown>['candidates']>;

/** What is judged at each level: the same architectures for all variants, and half as many that this one's training remembers. */
function candidatesOf({ space, settings, data }: TrainingContext, perBucket: number, remembered: TrainedSupernet['remembered']): Level[] {
  return bucketCandidates(space, settings.training, perBucket).map((level, i) => ({
    ...level,
    remembered: remembered[i].slice(0, Math.ceil(perBucket / 2)).map((arch) => (
      { key: space.key(arch), arch, macs: networkMacs(space.lower(arch, { classes: data.classes.length })) })),
  }));
}

async function judge(context: TrainingContext, evaluator: SubnetEvaluator, levels: readonly Level[], hooks: VariantHooks): Promise<RunResult['buckets']> {
  const { space, data } = context;
  const total = levels.reduce((sum, { candidates, remembered }) => sum + candidates.length + remembered.length, 0);
  let done = 0;
  const judgeAll = async (candidates: Level['candidates']) => {
    const subnets: JudgedSubnet[] = [];
    for (const { key, arch, macs } of candidates) {
      const right = evaluator.rightAnswers(evaluator.extract(space.lower(arch, { classes: data.classes.length })));
      const middle = right.length >> 1;
      subnets.push({ key, macs, halves: [share(right.subarray(0, middle)), share(right.subarray(middle))] });
      hooks.onProgress?.({ phase: 'evaluation', done: ++done, total, unit: 'subnets' });
      await safePoint(hooks);
      if (hooks.signal?.aborted) throw new CancelledError();
    }
    return subnets;
  };
  const judged: RunResult['buckets'] = [];
  for (const { fromMacs, toMacs, candidates, remembered } of levels) {
    judged.push({ fromMacs, toMacs, subnets: await judgeAll(candidates), remembered: await judgeAll(remembered) });
  }
  return judged;
}

const share = (right: Uint8Array) => right.reduce((sum, one) => sum + one, 0) / Math.max(1, right.length);

/** Time spent in steps that count, also over interruptions. */
function secondsInSteps(events: readonly StudyEvent[], batchSize: number): number {
  return events.reduce((sum, event) => event.kind === 'step' && event.imagesPerSecond ? sum + batchSize / event.imagesPerSecond : sum, 0);
}

/** The first and the last measurement of the training. */
function conflictOverTime(events: readonly StudyEvent[]): RunResult['conflict'] {
  const measured = events.filter((event) => event.kind === 'conflict');
  const [first, last] = [measured[0], measured.at(-1)];
  if (!first || !last) return null;
  const matrix = ({ macs, cosine }: typeof first) => ({ macs: [...macs], cosine: cosine.map((row) => [...row]) });
  return { before: matrix(first), after: matrix(last) };
}
