import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { startEngine } from '../../core/engine/engines.ts';
import { exportOnnx } from '../../core/export/onnx.ts';
import { runOnnx } from '../../core/export/verify.ts';
import { logits } from '../../core/model/inference.ts';
import { composeArchitecture } from '../../core/spaces/pit/architecture.ts';
import { tinyChoices } from '../../core/spaces/pit/choices.ts';
import { lowerPit } from '../../core/spaces/pit/lowering.ts';
import { livelyWeights, randomImages } from './networks.ts';

const choices = { ...tinyChoices, patch: { size: 4, stride: 2 } };

/**
 * Logits of the same weights and images in PyTorch 2.13, in double precision, from its own modules: Conv2d for patches and
 * (with groups) for pooling, LayerNorm, Linear, scaled_dot_product_attention, gelu.
 */
const inPyTorch = [
  {
    // A column and a row of pixels behind the last patch; maps of 9x9, 5x5 and 3x3; widths of 12, 24 and 24.
    arch: composeArchitecture(6, 2, [1, 2, 1], [2, 4, 4]), resolution: 21,
    logits: [-1.22864984, 1.71474208, 0.74438828, 1.89822512, -0.16706184, 1.70448532, 0.93230445, 1.5961281, 1.2585074, -0.9341704],
  },
  {
    // Maps of 12x12, 6x6 and 3x3; widths of 5, 15 and 30.
    arch: composeArchitecture(5, 3, [1, 1, 1], [1, 3, 6]), resolution: 26,
    logits: [-0.4162245, -1.25782651, 0.68988924, 0.15856918, -0.0069663, -0.50650131, -1.55357493, 0.97279687, -0.85052512, -1.15003985],
  },
];

describe.each(inPyTorch)('a PiT at $resolution px', ({ arch, resolution, logits: expected }) => {
  const weights = livelyWeights(lowerPit(choices, arch, { resolution, classes: 5 }), 'reference');
  const images = randomImages(2, resolution, new Random('reference images'));
  const expectPyTorch = (actual: Float32Array) => expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 4));
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine('ort');
  });

  it('computes what PyTorch does', () => expectPyTorch(logits(engine, weights, images)));

  it.each([2, 'dynamic'] as const)('computes it as an ONNX file too (batch %s)', (batch) => {
    expectPyTorch(runOnnx(exportOnnx(weights, { batch, version: '0', metadata: {} }), [images], 'test')[0]);
  });
});
