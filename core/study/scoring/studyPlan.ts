import { sharedCopy } from '../../base/sharedMemory.ts';
import { readBatch } from '../../data/batch.ts';
import { batchIndices } from '../../data/order.ts';
import { noiseBatch } from '../../scoring/defaultInputs.ts';
import type { DefaultInput } from '../../scoring/proxy.ts';
import type { ScoringSettings } from '../../scoring/settings.ts';
import type { RunData } from '../run/context.ts';
import type { ScoringPlan } from './plan.ts';
import type { ScoringImages } from './scoringInputs.ts';

export interface PlanOptions {
  readonly scoring: ScoringSettings;
  /** The study's: the first of the scores' seeds. */
  readonly seed: number;
  readonly space: string;
  readonly classes: number;
  /** Where the score looks at images. */
  readonly images: Pick<RunData, 'data' | 'normalisation'> | undefined;
}

/** How a study scores: the same numbers as `pocketformer score` gives with its settings. */
export function studyPlan({ scoring, seed, space, classes, images }: PlanOptions): ScoringPlan {
  const { proxy, seeds, weights, inputs, batch } = scoring;
  return {
    space, classes, proxies: [proxy], seeds: Array.from({ length: seeds }, (_, i) => seed + i), weights,
    input: { ...kindOf(inputs), ...(batch === undefined ? {} : { batch }) },
    ...(images ? { images: chosenImages(images, batch ?? noiseBatch.batch, seed) } : {}),
  };
}

function kindOf(inputs: ScoringSettings['inputs']): Partial<DefaultInput> {
  return inputs === 'ones' ? { kind: 'ones' } : inputs === 'noise' ? { kind: 'gaussian' } : {};
}

/** Training images in a random order, as they are; in memory that threads share. */
function chosenImages({ data, normalisation }: NonNullable<PlanOptions['images']>, count: number, seed: number): ScoringImages {
  const { imageSize, classes, train } = data;
  const indices = batchIndices(`${seed}/scoring`, 0, Math.min(count, train.count), train.count);
  const { images, labels } = readBatch(train, indices, { imageSize, normalisation });
  return { pixels: sharedCopy(images), labels, size: imageSize, classes: classes.length };
}
