import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { flatParameters } from '../../core/engine/flatParameters.ts';
import { layoutOf, Weights, type PlacedParameter } from '../../core/model/weights.ts';
import { AdaptiveClipping } from '../../core/training/adaptiveClipping.ts';
import { attentionBlock, convBlock, encoderMlpBlock, patchEmbedBlock, pooledHeadBlock } from '../model/blockCases.ts';

/** Flat buffers with one parameter, some numbers away from their start. */
function clipped(shape: readonly number[], values: readonly number[], gradient: readonly number[], options: { decay?: boolean; factor?: number } = {}) {
  const offset = 3;
  const flat = flatParameters(offset + values.length);
  flat.values.set(values, offset);
  flat.gradient.fill(9).set(gradient, offset);
  const parameter: PlacedParameter = {
    key: 'x', name: 'x', dims: shape, shape, init: 'zeros', offset, length: values.length, ...(options.decay ? { decay: true } : {}),
  };
  const units = new AdaptiveClipping(flat, [parameter]).clip(options.factor ?? 0.1);
  expect([...flat.gradient.subarray(0, offset)]).toEqual([9, 9, 9]);
  return { units, gradient: [...flat.gradient.subarray(offset)] };
}

function expectClose(actual: readonly number[], expected: readonly number[]) {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 6));
}

const matrix = { values: [1, 0.5, -0.25, 0.1, -0.2, 2], gradient: [0.5, 0.01, 0.3, -0.2, 0.02, 0.1] };

// Expected numbers are those of timm's adaptive_clip_grad with factor 0.1, its formula transcribed to PyTorch 2.13.
describe('adaptive gradient clipping', () => {
  it('takes each output channel of a convolution for itself', () => {
    const values = [-0.5, 0.05, 0.6, -0.1, 0.45, -0.25, 0.3, 0.85, 0.15, 0.7, 0, 0.55];
    const gradient = [-1, 0.1, 1.2, -0.2, -0.02, 0, 0.02, -0.01, 0.25, 0.03, -0.19, 0.215];
    const result = clipped([3, 2, 2, 1], values, gradient);
    expectClose(result.gradient, [-0.05, 0.005, 0.06, -0.01, -0.02, 0, 0.02, -0.01, 0.0591224, 0.0070947, -0.044933, 0.0508452]);
    expect(result.units).toBe(2);
  });

  it('takes a vector as a whole', () => {
    const result = clipped([3], [0.5, -1, 0.25], [0.3, 0.1, -0.2]);
    expectClose(result.gradient, [0.0918559, 0.0306186, -0.0612372]);
    expect(result.units).toBe(1);
  });

  it('lets weights of zeros leave zero, as if their norm were 0.001', () => {
    const result = clipped([3], [0, 0, 0], [0.3, 0.1, -0.2]);
    expect(Math.hypot(...result.gradient)).toBeCloseTo(1e-4, 9);
  });

  it('takes each output of a linear layer for itself, whose matrix is [in, out]', () => {
    // timm on the transposed matrices.
    const result = clipped([2, 3], matrix.values, matrix.gradient, { decay: true });
    expectClose(result.gradient, [0.0933108, 0.01, 0.1912132, -0.0373243, 0.02, 0.0637377]);
    expect(result.units).toBe(2);
  });

  it('takes positions of tokens as a whole', () => {
    // timm on position embeddings [1, tokens, channels].
    expectClose(clipped([2, 3], matrix.values, matrix.gradient).gradient, [0.1852862, 0.0037057, 0.1111717, -0.0741145, 0.0074114, 0.0370572]);
  });

  it('takes each offset of a table of relative positions for itself, over all heads', () => {
    // timm on ElasticViT's table [offsets, heads].
    const result = clipped([1, 2, 3], matrix.values, matrix.gradient);
    expectClose(result.gradient, [0.0982237, 0.0019645, 0.0589342, -0.1792843, 0.0179284, 0.0896422]);
  });

  it('leaves gradients alone that are short enough, and those of what no subnet touched', () => {
    const gradient = [0.01, -0.02, 0, 0].map(Math.fround);
    expect(clipped([2, 2], [1, 1, 0, 0], gradient)).toEqual({ units: 0, gradient });
  });

  it('leaves no unit of a network with a gradient longer than the share of its weights', () => {
    const blocks = [
      convBlock({ kernelSize: 3, stride: 2, size: 8 }),
      attentionBlock({ numHeads: 2, headDim: 4, valueRatio: 2, size: 2, normAxes: 'channels' }),
      pooledHeadBlock({ channels: 8, size: 2, classes: 3 }),
    ];
    const network = { space: 'tiny', blocks, resolution: 8, classes: 3 };
    const random = new Random('clipping');
    const flat = flatParameters(layoutOf(network).trainableLength);
    const weights = Weights.initialise(network, random, flat.values);
    flat.gradient.forEach((_, i) => { flat.gradient[i] = random.normal(); });
    const clipping = new AdaptiveClipping(flat, weights.parameters.values());
    expect(clipping.clip(0.1)).toBeGreaterThan(0);
    const once = flat.gradient.slice();
    // Some norms are above theirs by what single precision rounds.
    clipping.clip(0.1);
    once.forEach((value, i) => expect(flat.gradient[i]).toBeCloseTo(value, 6));

    const [values, gradient] = [flat.values, flat.gradient].map((buffer) => {
      const { offset, shape: [inputs, outputs] } = weights.placed('head.classifier.weight');
      return Array.from({ length: outputs }, (_, out) => Math.hypot(...Array.from({ length: inputs }, (__, i) => buffer[offset + i * outputs + out])));
    });
    values.forEach((norm, out) => expect(gradient[out]).toBeCloseTo(0.1 * norm, 6));
  });

  it('tells matrices from positions in networks of tokens', () => {
    const blocks = [
      patchEmbedBlock({ channels: 4, patchSize: 2, rows: 2, columns: 2, classToken: false, positions: true }),
      encoderMlpBlock({ channels: 4, hiddenChannels: 8, size: 2, extraTokens: 0 }),
    ];
    const network = { space: 'tiny', blocks, resolution: 4, classes: 4 };
    const flat = flatParameters(layoutOf(network).trainableLength);
    const weights = Weights.initialise(network, new Random('tokens'), flat.values);
    flat.gradient.fill(1);
    const clippedUnits = new AdaptiveClipping(flat, weights.parameters.values()).clip(1e-3);
    // Outputs of three matrices (4, 8 and 4), and one for each of the vectors (two norms' parts, three biases) and the positions.
    expect(clippedUnits).toBe(16 + 5 + 1);
  });
});
