import type { ConflictReport } from '../../training/supernet/conflict/supernetConflict.ts';
import type { SampledStepReport } from '../../training/supernet/trainer.ts';
import type { StepSample, SubnetSampler } from '../../training/supernet/sampling/subnetSampler.ts';
import type { NewEvent } from '../eventTypes.ts';

/** What a step's event tells besides the trainer's report. */
export interface StepFacts {
  readonly imagesPerSecond: number;
  /** Of teachers so far; both 0 without them. */
  readonly teacherAnswers: { readonly asked: number; readonly cached: number };
  readonly mixLambda: number;
  /** Memory banks that were judged again after the step. */
  readonly rescoredBanks: number;
}

/** What the history tells of a training step; of mechanisms that are off, nothing. */
export function stepEvent<A>(report: SampledStepReport<A>, sampler: SubnetSampler<A>, facts: StepFacts): NewEvent {
  const { step, loss, accuracy, learningRate, gradientNorm, smallestLoss, smallestAccuracy, clippedUnits, sample, macs } = report;
  const { imagesPerSecond, teacherAnswers: { asked, cached }, mixLambda, rescoredBanks } = facts;
  return {
    kind: 'step', step, loss, accuracy, learningRate, gradientNorm, imagesPerSecond,
    metrics: {
      macs, ...(smallestLoss === undefined || smallestAccuracy === undefined ? {} : { smallestLoss, smallestAccuracy }), ...samplingMetrics(sampler, sample),
      ...(rescoredBanks > 0 ? { rescoredBanks } : {}),
      ...(asked + cached > 0 ? { teacherAnswersAsked: asked, teacherAnswersCached: cached } : {}),
      ...(mixLambda < 1 ? { mixLambda } : {}),
      ...(clippedUnits === undefined ? {} : { clippedUnits }),
    },
    memoryBytes: process.memoryUsage.rss(),
  };
}

/** What the history tells of a measurement of gradient conflict. */
export function conflictEvent(step: number, { macs, cosine, standardError, pairs }: ConflictReport): NewEvent {
  const copied = (matrix: readonly (readonly number[])[]) => matrix.map((row) => row.map(finite));
  return {
    kind: 'conflict', step, macs: [...macs], cosine: copied(cosine), ...(standardError ? { standardError: copied(standardError) } : {}),
    pairs: pairs.map(({ macs: level, random, good }) => ({ macs: level, random: finite(random), good: good === null ? null : finite(good) })),
  };
}

const finite = (value: number) => Number.isFinite(value) ? value : null;

/** Of the subnets that the step trained; rules without buckets have nothing to tell. */
function samplingMetrics<A>({ buckets, banks }: SubnetSampler<A>, sample: StepSample<A>): Record<string, number> {
  const { bucket, smallestIndex, exploitProbability, subnets } = sample;
  if (bucket === undefined || smallestIndex === undefined) return {};
  const { fromMacs, toMacs } = buckets[bucket];
  const { members, capacity, best } = banks[bucket];
  return {
    bucket, buckets: buckets.length, bucketFromMacs: fromMacs, bucketToMacs: toMacs, smallestSubnet: smallestIndex,
    ...(best ? { bankMembers: members.length, bankCapacity: capacity, bankBestScore: best.score } : {}),
    exploitProbability, remembered: subnets.filter(({ origin }) => origin === 'remembered').length,
  };
}
