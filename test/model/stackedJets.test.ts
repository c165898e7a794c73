import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import type { Order } from '../../core/graph/tangent.ts';
import { directionalDerivatives, type Jet } from '../../core/model/directional.ts';
import { stackedDerivatives } from '../../core/model/stackedJets.ts';
import { Weights } from '../../core/model/weights.ts';
import type { Network } from '../../core/network/network.ts';
import { elasticVitMini } from '../../core/spaces/elasticvit/space.ts';
import { vitNetwork } from '../../core/spaces/vit/network.ts';
import { bothEngines, normal, relativeDifference, type HostValue } from '../engine/compare.ts';

const networks: readonly (readonly [string, Network, number])[] = [
  ['plain transformer on 3 images', vitNetwork({ resolution: 12, patchSize: 4, width: 12, depth: 2, numHeads: 2, classes: 5 }), 3],
  ['plain transformer on 9 images, which threads share', vitNetwork({ resolution: 12, patchSize: 4, width: 12, depth: 2, numHeads: 2, classes: 5 }), 9],
  ['hybrid', elasticVitMini.lower(elasticVitMini.smallest, { resolution: 32, classes: 5 }), 2],
];

let engines: readonly Engine[];
beforeAll(async () => { engines = await bothEngines(); });

/** [batch, components, ...] */
function stacked(components: readonly HostValue[]): { shape: number[]; data: Float32Array } {
  const [{ shape: [batch, ...rest], data: { length } }] = components;
  const each = length / batch;
  const data = new Float32Array(components.length * length);
  components.forEach((component, c) => {
    for (let i = 0; i < batch; i++) data.set(component.data.subarray(i * each, (i + 1) * each), (i * components.length + c) * each);
  });
  return { shape: [batch, components.length, ...rest], data };
}

it.each(networks)('a stack of derivatives through a %s is what they are one by one', async (label, network, batch) => {
  const [ort, js] = engines;
  const random = new Random(label);
  const weights = Weights.initialise(network, random.fork('weights'));
  const images = [1, 0.5, 2].map(() => normal(random, [batch, 3, network.resolution, network.resolution]));
  await tf.setBackend(ort.backend);
  for (const order of [1, 2] as const satisfies Order[]) {
    const expected = tf.tidy(() => {
      const [value, first, second] = images.slice(0, 1 + order).map(({ shape, data }) => tf.tensor(data, [...shape]));
      const parameter = (key: string): Jet => ({ value: tf.tensor(weights.view(key), [...weights.placed(key).shape]) });
      const found = directionalDerivatives(ort, network, parameter, { value, first, ...(second && { second }) }, { mode: 'inference', order });
      return stacked([found.value, found.first!, ...(found.second ? [found.second] : [])]
        .map((tensor) => ({ shape: tensor.shape, data: tensor.dataSync() as Float32Array })));
    });
    const input = stacked(images.slice(0, 1 + order));
    expect(relativeDifference(stackedDerivatives(ort, network.blocks, weights, input, order), expected.data), `order ${order}`).toBeLessThan(2e-5);
    if (batch > 3 || order === 1) continue;
    await tf.setBackend(js.backend);
    expect(relativeDifference(stackedDerivatives(js, network.blocks, weights, input, order), expected.data), 'js').toBeLessThan(2e-5);
  }
});
