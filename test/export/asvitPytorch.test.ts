import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { startEngine } from '../../core/engine/engines.ts';
import { exportOnnx } from '../../core/export/onnx.ts';
import { runOnnx } from '../../core/export/verify.ts';
import { logits } from '../../core/model/inference.ts';
import type { AsVitVariant } from '../../core/spaces/asvit/architecture.ts';
import { asVit } from '../../core/spaces/asvit/space.ts';
import { livelyWeights, randomImages } from './networks.ts';

/**
 * Logits of the same weights and images in PyTorch 2.13, in double precision, from its own modules: pad, Conv2d, unfold,
 * LayerNorm, Linear, scaled_dot_product_attention, gelu, tanh; windows cut by hand (asvit.md 1).
 */
const inPyTorch: readonly { readonly arch: string; readonly resolution: number; readonly variant?: AsVitVariant; readonly logits: readonly number[] }[] = [
  {
    // An even stem, one re-embedding of each kernel, and windows in stages of 16x16 and 4x4 tokens.
    arch: '8,2,3,1|4,1,2,2|3,2,2,1|2,1,2,1|16,6', resolution: 64,
    logits: [-0.32354557, -0.67671016, -0.81541618, 0.46409268, 0.21261608, 0.34826038, -0.60894341, -0.25436427, 0.07172493, 0.56473218],
  },
  {
    // An odd stem, positions, no norm in the re-embeddings; heads that do not share nine channels.
    arch: '7,4,2,1|3,2,3,1|4,1,2,1|4,1,2,2|32,9', resolution: 64, variant: 'published',
    logits: [-0.26105579, -0.5141187, 0.28655891, 0.33866553, 0.59839184, -0.07860937, -1.00085349, 0.08074856, 0.29901704, 0.69254097],
  },
  {
    // Windows of a single token in all three stages that have windows.
    arch: '5,8,2,1|2,4,2,1|4,2,2,1|3,1,2,1|16,5', resolution: 32,
    logits: [-0.05126674, 1.44851489, -0.84024762, 0.56526664, 0.23523951, 1.17098282, 0.03126876, 0.47623035, 0.47313335, 0.4451628],
  },
];

describe.each(inPyTorch)('As-ViT $arch at $resolution px', ({ arch, resolution, variant, logits: expected }) => {
  const network = asVit.lower(asVit.parse({ ...asVit.parse(arch), variant }), { resolution, classes: 5 });
  const weights = livelyWeights(network, 'reference');
  const images = randomImages(2, resolution, new Random('reference images'));
  const expectPyTorch = (actual: Float32Array) => expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 4));
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine('ort');
  });

  it('computes what PyTorch does', () => expectPyTorch(logits(engine, weights, images)));

  it('computes it as an ONNX file too', () => expectPyTorch(runOnnx(exportOnnx(weights, { batch: 'dynamic', version: '0', metadata: {} }), [images], 'test')[0]));
});
