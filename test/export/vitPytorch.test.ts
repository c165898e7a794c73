import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { startEngine } from '../../core/engine/engines.ts';
import { exportOnnx } from '../../core/export/onnx.ts';
import { runOnnx } from '../../core/export/verify.ts';
import { readModel } from '../../core/graph/onnx/read.ts';
import { logits } from '../../core/model/inference.ts';
import { vitNetwork, type VitOptions } from '../../core/spaces/vit/network.ts';
import { livelyWeights, randomImages } from './networks.ts';

/** Widths that vectors do not divide, and heads that do not fill the channels. */
const sizes = { resolution: 24, patchSize: 4, width: 20, numHeads: 3, headDim: 8, mlpRatio: 3.5, depth: 3, classes: 5 };

/**
 * Logits of the same weights and images in PyTorch 2.13, in double precision, from its own modules: Conv2d for the patches,
 * LayerNorm, Linear, scaled_dot_product_attention, gelu.
 */
const inPyTorch: Readonly<Record<string, { options: Partial<VitOptions>; logits: readonly (readonly number[])[] }>> = {
  'with class token and positions': {
    options: {},
    logits: [
      [-1.08769659, 1.99309473, 0.99676357, 1.07370094, -0.24242042],
      [-0.90742022, 1.67515451, 1.19703606, 1.19188682, 0.32083737],
    ],
  },
  'with a class token that the mean leaves out, without positions': {
    options: { pool: 'mean', positions: false },
    logits: [
      [-0.80909331, 1.37328499, 0.85392213, 0.08125172, -0.14720243],
      [-0.42758362, 1.22051579, 0.97430086, -0.34002614, -0.06879826],
    ],
  },
  'without class token': {
    options: { classToken: false },
    logits: [
      [-0.59257127, 1.42115548, 1.09570267, 0.37473069, -0.09675103],
      [-0.47482254, 1.59004042, 1.03213675, -0.05698753, 0.06122046],
    ],
  },
};

describe.each(Object.keys(inPyTorch))('a plain vision transformer %s', (name) => {
  const weights = livelyWeights(vitNetwork({ ...sizes, ...inPyTorch[name].options }), 'reference');
  const images = randomImages(2, sizes.resolution, new Random('reference images'));
  const expected = inPyTorch[name].logits.flat();
  const expectPyTorch = (actual: Float32Array) => expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 5));
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine('ort');
  });

  it('computes what PyTorch does', () => expectPyTorch(logits(engine, weights, images)));

  it.each([2, 'dynamic'] as const)('computes it as an ONNX file too (batch %s)', (batch) => {
    const bytes = exportOnnx(weights, { batch, version: '0', metadata: {} });
    expectPyTorch(runOnnx(bytes, [images], 'test')[0]);
  });

  it('is written with operators of opset 17 alone', () => {
    const { nodes } = readModel(exportOnnx(weights, { batch: 1, version: '0', metadata: {} }));
    const used = new Set(nodes.map(({ operator }) => operator));
    expect(used.has('Erf')).toBe(true);
    for (const operator of ['Gelu', 'FusedMatMul', 'BiasGelu']) expect(used.has(operator)).toBe(false);
  });
});
