import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { backpropagate } from '../../core/model/backpropagate.ts';
import { logits } from '../../core/model/inference.ts';
import { SubnetView } from '../../core/model/subnet.ts';
import { vitNetwork, type VitOptions } from '../../core/spaces/vit/network.ts';
import { bothEngines, relativeDifference } from '../engine/compare.ts';
import { livelyWeights, randomImages } from '../export/networks.ts';

const networks: Readonly<Record<string, Partial<VitOptions>>> = {
  'with class token': {}, 'with the mean over tokens, without positions and final norm': { classToken: false, positions: false, finalNorm: false },
};

/** Large enough that the ort engine takes the batch in several parts, the last of them smaller. */
describe.each(Object.keys(networks))('a vision transformer %s', (name) => {
  const network = vitNetwork({ resolution: 32, patchSize: 4, width: 48, numHeads: 3, depth: 2, classes: 7, ...networks[name] });
  const weights = livelyWeights(network, 'vit');
  const images = randomImages(5, 32, new Random('images'));
  const upstream = Float32Array.from({ length: 5 * 7 }, (_, i) => Math.sin(3 * i));
  let ort: Engine;
  let js: Engine;
  beforeAll(async () => { [ort, js] = await bothEngines(); });

  async function run(engine: Engine) {
    await tf.setBackend(engine.backend);
    const view = new SubnetView(weights, network);
    const gradient = new Float32Array(weights.trainable.length);
    let result = new Float32Array();
    backpropagate(engine, network, (key) => view.shareOf(key), { shape: [5, 3, 32, 32], data: images.pixels }, { values: weights.trainable, gradient },
      (values) => {
        result = values.slice();
        return upstream;
      });
    return { result, gradient };
  }

  it('has the same logits and gradients on both engines, with and without training', async () => {
    const [fast, reference] = [await run(ort), await run(js)];
    expect(relativeDifference(fast.result, reference.result)).toBeLessThan(1e-5);
    for (const { key, offset, length } of weights.parameters.values()) {
      const [actual, expected] = [fast, reference].map(({ gradient }) => gradient.subarray(offset, offset + length));
      // A key's bias shifts all logits of a query alike, so that its gradient is nothing but rounding.
      const floor = 1e-2 * reference.gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(relativeDifference(actual, expected, floor), key).toBeLessThan(1e-4);
    }
    await tf.setBackend(ort.backend);
    expect(relativeDifference(logits(ort, weights, images), fast.result)).toBeLessThan(1e-5);
  });
});
