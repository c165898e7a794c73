import { Random } from '../base/random.ts';
import type { Engine } from '../engine/engine.ts';
import { calibrateBatchNorm } from './inference.ts';
import type { ImageBatch } from './inference.ts';
import { Weights } from './weights.ts';
import type { Network } from '../network/network.ts';

const imageCount = 8;

/**
 * Untrained weights with batch norms calibrated on random images (standard normal pixels), so that activations have the
 * scale of a real network's: enough to measure latency and to check a file. The same seed gives the same weights.
 */
export function freshWeights(network: Network, seed: number, engine: Engine): Weights {
  const random = new Random(seed);
  const weights = Weights.initialise(network, random.fork('weights'));
  if (weights.statistics.length > 0) calibrateBatchNorm(engine, weights, [randomImages(network.resolution, random.fork('images'))]);
  return weights;
}

function randomImages(size: number, random: Random): ImageBatch {
  const pixels = Float32Array.from({ length: imageCount * 3 * size * size }, () => random.normal());
  return { count: imageCount, size, pixels };
}
