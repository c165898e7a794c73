import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { Weights } from '../../../core/model/weights.ts';
import { drawWeights } from '../../../core/scoring/context.ts';
import { pitTiny } from '../../../core/spaces/pit/space.ts';

const network = pitTiny.lower(pitTiny.networks['pit-ti'], { resolution: 64, classes: 10 });
const deviation = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
const ratio = (weights: Weights, key: string, expected: number) => deviation(weights.view(key)) / expected;

describe('the weights of a PiT network', () => {
  const layers = ['patchEmbed.embed', 'stages.1.pool.depthwise', 'stages.1.pool.token', 'stages.0.blocks.0.attention.query', 'stages.2.blocks.3.mlp.project'];

  it("start in training as in PiT's release: layers by PyTorch's default, uniform within 1 / sqrt(fan-in), positions and class token small", () => {
    const weights = Weights.initialise(network, new Random(1));
    // 3 x 16 x 16 numbers of an image, nine of a channel's map, and the channels that linear layers read.
    [768, 9, 64, 64, 1024].forEach((fanIn, i) => {
      const key = `${layers[i]}.weight`;
      expect(weights.view(key).reduce((most, value) => Math.max(most, Math.abs(value)), 0)).toBeLessThanOrEqual(Math.fround(1 / Math.sqrt(fanIn)));
      expect(ratio(weights, key, 1 / Math.sqrt(3 * fanIn)), key).toBeCloseTo(1, 1);
    });
    for (const key of ['patchEmbed.position', 'patchEmbed.classToken']) expect(ratio(weights, key, 0.02), key).toBeCloseTo(1, 0);
  });

  it("are scored as in TF-TAS's code: convolutions of deviation 1, all else of 0.02 (tftas.md 4.2)", () => {
    const weights = drawWeights(network, new Random(1));
    // trunc_normal_(std=.02) of timm cuts at values of two, which is never met; a cut at two deviations would give 0.88.
    [1, 1, 0.02, 0.02, 0.02].forEach((expected, i) => expect(ratio(weights, `${layers[i]}.weight`, expected), layers[i]).toBeCloseTo(1, 1));
    for (const key of ['patchEmbed.position', 'patchEmbed.classToken']) expect(ratio(weights, key, 0.02), key).toBeCloseTo(1, 0);
  });
});
