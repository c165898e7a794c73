import { CancelledError, InputError } from '../../base/errors.ts';
import { readBatch } from '../../data/batch.ts';
import { batchIndices } from '../../data/order.ts';
import { SupernetHealth } from '../../training/supernet/health.ts';
import type { StepSample, SubnetSampler } from '../../training/supernet/sampling/subnetSampler.ts';
import { SupernetTrainer } from '../../training/supernet/trainer.ts';
import type { Weights } from '../../model/weights.ts';
import { beginPhase } from './beginPhase.ts';
import { warn } from './context.ts';
import type { RunContext } from './context.ts';
import { safePoint, workedMs } from './hooks.ts';

/** Trains the supernet from where its last checkpoint left it; returns its weights. */
export async function trainingPhase(context: RunContext): Promise<Weights> {
  const { study, hooks, engine, space, data, normalisation, augmentation } = context;
  const { training: settings, seed } = study.settings;
  const trainer = new SupernetTrainer({ engine, space, classes: data.classes.length, settings, seed });
  const checkpoint = await study.loadLatestCheckpoint({ phase: 'training' });
  if (checkpoint) {
    const state = checkpoint.state as { data: string; trainer: unknown };
    if (state.data !== data.id) {
      throw new InputError('other-data', `${study.directory}: the images have changed since this study was begun; restore them or start a new study.`);
    }
    trainer.restore(checkpoint.tensors, state.trainer);
    for (const message of checkpoint.damaged) warn(context, 'damaged-checkpoint', message);
  }
  if (trainer.step >= settings.steps) return trainer.evaluationWeights;

  const startedMs = workedMs(hooks);
  const save = () => study.saveCheckpoint({
    phase: 'training', step: trainer.step, tensors: trainer.tensors(), state: { data: data.id, trainer: trainer.state() },
  });
  const health = new SupernetHealth({
    engine, space, data, normalisation, augmentation, seed, buckets: trainer.sampler.buckets, weights: trainer.evaluationWeights,
    settings, calibrationBatches: study.settings.search.calibrationBatches,
  });
  beginPhase(context, 'training', { totalSteps: settings.steps, step: trainer.step, checkpoint });
  while (trainer.step < settings.steps) {
    const step = trainer.step;
    const stepStartedMs = performance.now();
    const indices = batchIndices(`${seed}/training`, step, settings.batchSize, data.train.count);
    const batch = readBatch(data.train, indices, {
      imageSize: data.imageSize, normalisation, augmentation: { ...augmentation, seed: `${seed}/training`, step },
    });
    const report = trainer.train({ ...batch, imageSize: data.imageSize });
    study.events.append({
      kind: 'step', step: report.step, loss: report.loss, accuracy: report.accuracy, learningRate: report.learningRate,
      gradientNorm: report.gradientNorm, imagesPerSecond: settings.batchSize / ((performance.now() - stepStartedMs) / 1000),
      metrics: { smallestLoss: report.smallestLoss, smallestAccuracy: report.smallestAccuracy, ...samplingMetrics(trainer.sampler, report.sample) },
      memoryBytes: process.memoryUsage.rss(),
    });
    if (health.isDue(report.step)) study.events.append({ kind: 'health', step: report.step, subnets: health.check() });
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
  return trainer.evaluationWeights;
}

/** What a step's event tells of the subnets that it trained; the sandwich rule has no buckets to tell of. */
function samplingMetrics<A>({ buckets, banks }: SubnetSampler<A>, sample: StepSample<A>): Record<string, number> {
  const { bucket, smallestIndex, exploitProbability, subnets } = sample;
  if (bucket === undefined) return {};
  return {
    bucket, buckets: buckets.length, bucketFromMacs: buckets[bucket].fromMacs, bucketToMacs: buckets[bucket].toMacs, smallestSubnet: smallestIndex,
    bankMembers: banks[bucket].members.length, exploitProbability, remembered: subnets.filter(({ origin }) => origin === 'remembered').length,
  };
}
