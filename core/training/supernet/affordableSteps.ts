import type { TrainingSettings } from '../settings.ts';
import { subnetsPerStep } from './sampling/subnetSampler.ts';

/** The share of the training's arithmetic that a trial may take when the study does not say how often it is due. */
const defaultShare = 0.03;

export interface StepWork {
  readonly buckets: readonly { readonly fromMacs: number; readonly toMacs: number }[];
  /** Of the smallest subnet. */
  readonly smallestMacs: number;
  readonly settings: Pick<TrainingSettings, 'batchSize' | 'sampling'>;
}

/**
 * Steps that it takes until a trial has taken no more than its share; not rounded. A backward pass counts as two forward ones.
 * @param macs of the trial
 */
export function affordableSteps(macs: number, { buckets, smallestMacs, settings }: StepWork): number {
  const sampledMacs = buckets.reduce((sum, { fromMacs, toMacs }) => sum + (fromMacs + toMacs) / 2, 0) / buckets.length;
  const { sampled, smallest } = subnetsPerStep(settings.sampling.rule);
  const stepMacs = 3 * settings.batchSize * (sampled * sampledMacs + (smallest ? smallestMacs : 0));
  return macs / stepMacs / defaultShare;
}

/** To the next of 10, 20, 25, 50, 100, 200, 250 and so on. */
export function roundSteps(value: number): number {
  const power = 10 ** Math.max(1, Math.floor(Math.log10(value)));
  return [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((round) => round >= value)!;
}
