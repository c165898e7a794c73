import { CancelledError, InputError } from '../../base/errors.ts';
import type { Weights } from '../../model/weights.ts';
import { SupernetConflict } from '../../training/supernet/conflict/supernetConflict.ts';
import { SupernetHealth } from '../../training/supernet/health.ts';
import { Rescoring } from '../../training/supernet/sampling/rescoring.ts';
import type { SubnetSampler } from '../../training/supernet/sampling/subnetSampler.ts';
import { SupernetTrainer } from '../../training/supernet/trainer.ts';
import { candidateRating } from '../scoring/candidateRating.ts';
import { beginPhase } from './beginPhase.ts';
import { warn } from './context.ts';
import type { TrainingContext } from './context.ts';
import { safePoint, workedMs } from './hooks.ts';
import { conflictEvent, stepEvent } from './trainingEvents.ts';
import { TrainingBatches } from './trainingBatches.ts';

/** What the training leaves behind. */
export interface TrainedSupernet {
  /** What subnets are judged by. */
  readonly weights: Weights;
  /** The subnets that did best in each bucket, the best first; empty without performance-aware sampling. */
  readonly remembered: readonly (readonly unknown[])[];
}

/** Trains the supernet from where its last checkpoint left it. */
export async function trainingPhase(context: TrainingContext): Promise<TrainedSupernet> {
  const { study, engine, space, data } = context;
  const { training: settings, seed } = context.settings;
  const trainer = new SupernetTrainer({ engine, space, classes: data.classes.length, settings, seed, rating: candidateRating(context) });
  const checkpoint = await study.loadLatestCheckpoint({ phase: 'training' });
  if (checkpoint) {
    const state = checkpoint.state as { data: string; trainer: unknown };
    if (state.data !== data.id) {
      throw new InputError('other-data', `${study.directory}: the images have changed since this study was begun; restore them or start a new study.`);
    }
    trainer.restore(checkpoint.tensors, state.trainer);
    for (const message of checkpoint.damaged) warn(context, 'damaged-checkpoint', message);
  }
  if (trainer.step >= settings.steps) return outcomeOf(trainer);
  const batches = await TrainingBatches.open(context);
  try {
    beginPhase(context, 'training', { totalSteps: settings.steps, step: trainer.step, checkpoint });
    await train(context, trainer, batches);
  } finally {
    batches.close();
  }
  return outcomeOf(trainer);
}

function outcomeOf({ evaluationWeights, sampler }: SupernetTrainer<unknown>): TrainedSupernet {
  const remembered = sampler.banks.map(({ members }) => [...members].sort((a, b) => b.score - a.score).map(({ arch }) => arch));
  return { weights: evaluationWeights, remembered };
}

async function train(context: TrainingContext, trainer: SupernetTrainer<unknown>, batches: TrainingBatches): Promise<void> {
  const { study, hooks, space, data } = context;
  const { training: settings, search, seed } = context.settings;
  const startedMs = workedMs(hooks);
  const save = () => study.saveCheckpoint({
    phase: 'training', step: trainer.step, tensors: trainer.tensors(), state: { data: data.id, trainer: trainer.state() },
  });
  const trials = { ...context, seed, buckets: trainer.sampler.buckets, settings };
  const health = new SupernetHealth({ ...trials, weights: trainer.evaluationWeights, calibrationBatches: search.calibrationBatches });
  const conflict = new SupernetConflict({ ...trials, sampler: trainer.sampler, weights: trainer.weights });
  const rescoring = new Rescoring(space, settings, trainer.sampler);
  if (settings.sampling.rule === 'bucket') tellOfWidened(context, trainer.sampler);
  while (trainer.step < settings.steps) {
    const stepStartedMs = performance.now();
    const batch = await batches.at(trainer.step);
    const report = trainer.train(batch);
    const seconds = (performance.now() - stepStartedMs) / 1000;
    const rescored = rescoring.due(report.step, report.sample.bucket);
    trainer.rescore(rescored, batch);
    study.events.append(stepEvent(report, trainer.sampler, {
      imagesPerSecond: settings.batchSize / seconds, teacherAnswers: batches.teacherAnswers, mixLambda: batch.mixLambda, rescoredBanks: rescored.length,
    }));
    if (health.isDue(report.step)) study.events.append({ kind: 'health', step: report.step, subnets: health.check() });
    if (conflict.isDue(report.step)) study.events.append(conflictEvent(report.step, conflict.measure()));
    hooks.onProgress?.({
      phase: 'training', done: report.step, total: settings.steps, unit: 'steps',
      note: `loss ${report.loss.toFixed(3)}, accuracy ${(100 * report.accuracy).toFixed(0)} %`,
    });
    await safePoint(hooks);
    if (hooks.signal?.aborted) {
      await save();
      throw new CancelledError();
    }
    if (report.step % settings.checkpointEverySteps === 0 || report.step === settings.steps) await save();
  }
  study.events.append({ kind: 'phase-finished', phase: 'training', seconds: (workedMs(hooks) - startedMs) / 1000 });
}

/** Once, when a training begins: a level of a small space may have no member near it. */
function tellOfWidened({ hooks, space }: TrainingContext, { buckets }: SubnetSampler<unknown>): void {
  const widened = buckets.filter(({ isWidened }) => isWidened);
  if (widened.length === 0) return;
  const windows = widened.map(({ fromMacs, toMacs }) => `${(fromMacs / 1e6).toPrecision(3)} to ${(toMacs / 1e6).toPrecision(3)} M`).join(', ');
  hooks.onMessage?.(`${space.id} has no architectures near ${widened.length} of ${buckets.length} levels of MACs; theirs are from ${windows}.`, 'info');
}
