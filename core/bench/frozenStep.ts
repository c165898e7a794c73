import { Random } from '../base/random.ts';
import type { Engine } from '../engine/engine.ts';
import { features } from '../model/parts.ts';
import { networkMacs } from '../network/counts.ts';
import type { Network } from '../network/network.ts';
import { blocksAfter, firstBlocks } from '../network/parts.ts';
import { NetworkTrainer } from '../training/networkTrainer.ts';
import { frozenBlocks } from '../training/recipe/freeze.ts';
import type { Recipe } from '../training/recipe/settings.ts';
import { trainingSettingsSchema } from '../training/settings.ts';
import type { FeatureBatch, TrainingBatch } from '../training/supernet/microBatches.ts';
import type { Steps } from './benchmark.ts';

export interface FrozenStepOptions {
  /** As in a training's recipe. */
  readonly freeze: Recipe['freeze'];
  readonly batch: number;
  /** Whether what the frozen blocks make of the images is known, as it is where these are always the same; otherwise every step finds it out. */
  readonly isKept: boolean;
}

/** Training steps of what is not frozen of a network on one batch of noise, beside the same with nothing frozen. */
export function frozenSteps(engine: Engine, network: Network, { freeze, batch, isKept }: FrozenStepOptions): Steps {
  const frozen = frozenBlocks({ freeze }, network);
  const settings = trainingSettingsSchema.parse({ batchSize: batch });
  const trainer = (count: number) => new NetworkTrainer({ engine, network, settings, start: { seed: 0 }, frozenBlocks: count });
  const [part, whole] = [trainer(frozen), trainer(0)];
  const images = noise(network, batch);
  const { labels } = images;
  const known: TrainingBatch | FeatureBatch = !isKept ? images
    : { labels, features: features(engine, part.weights, frozen, { count: batch, size: network.resolution, pixels: images.images }) };
  return {
    macs: batch * ((isKept ? 0 : networkMacs(firstBlocks(network, frozen))) + 3 * networkMacs(blocksAfter(network, frozen))),
    step: () => part.train(known).loss,
    baseline: { name: 'nothing frozen', step: () => whole.train(images).loss },
  };
}

function noise({ resolution, classes }: Network, batch: number): TrainingBatch {
  const random = new Random(0).fork('images');
  return {
    images: Float32Array.from({ length: batch * 3 * resolution ** 2 }, () => random.normal()), imageSize: resolution,
    labels: Int32Array.from({ length: batch }, (_, i) => i % classes),
  };
}
