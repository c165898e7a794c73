import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { calibrateBatchNorm, type ImageBatch } from '../../core/model/inference.ts';
import { Weights } from '../../core/model/weights.ts';
import type { Network } from '../../core/network/network.ts';
import { getSpace } from '../../core/spaces/index.ts';

export function lowered(space: string, name: string, options?: { classes?: number; resolution?: number }): Network {
  const { lower, networks } = getSpace(space);
  return lower(networks[name], options);
}

/** Standard normal pixels. */
export function randomImages(count: number, size: number, random: Random): ImageBatch {
  return { count, size, pixels: Float32Array.from({ length: count * 3 * size * size }, () => random.normal()) };
}

/**
 * Weights that hide nothing, unlike fresh ones: residual branches are not zero, biases and relative positions matter,
 * attention is uneven. Each parameter follows from its name and the seed alone.
 */
export function livelyWeights(network: Network, seed: string): Weights {
  const weights = new Weights(network);
  for (const { key, name, shape } of weights.parameters.values()) {
    const random = new Random(`${seed}/${key}`);
    const values = weights.view(key);
    const fanIn = shape.length === 4 ? shape[1] * shape[2] * shape[3] : shape[0];
    const { centre, deviation } = drawing(name, fanIn);
    for (let i = 0; i < values.length; i++) values[i] = centre + deviation * Math.sqrt(12) * (random.uniform() - 0.5);
  }
  return weights;
}

/** Of a parameter's values, which are uniform. */
function drawing(name: string, fanIn: number): { centre: number; deviation: number } {
  if (name.endsWith('scale') || name.endsWith('variance')) return { centre: 1, deviation: 0.25 };
  if (name === 'relativePosition') return { centre: 0, deviation: 1 };
  if (name.endsWith('weight')) return { centre: 0, deviation: (/^(query|key)/.test(name) ? 3 : 1) / Math.sqrt(fanIn) };
  return { centre: 0, deviation: 0.2 };
}

/** The same with batch norms that fit, so that activations keep their scale through the deepest networks. */
export function calibratedWeights(engine: Engine, network: Network, seed: string, images = 4): Weights {
  const weights = livelyWeights(network, seed);
  calibrateBatchNorm(engine, weights, [randomImages(images, network.resolution, new Random(`${seed}/images`))]);
  return weights;
}
