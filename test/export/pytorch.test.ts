import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { startEngine } from '../../core/engine/engines.ts';
import { exportOnnx } from '../../core/export/onnx.ts';
import { runOnnx } from '../../core/export/verify.ts';
import { logits } from '../../core/model/inference.ts';
import { getSpace } from '../../core/spaces/index.ts';
import { livelyWeights, randomImages } from './networks.ts';

/** A 5x5 grid that is halved, every kernel, and value ratios other than 1 occur. */
const architecture = {
  resolution: 40, stem: { width: 8, depth: 1, kernel: 5 },
  c1: { width: 16, depth: 2, kernel: 5, expandRatio: 2 }, c2: { width: 24, depth: 2, kernel: 3, expandRatio: 3 },
  t1: { width: 32, depth: 1, mlpRatio: 2, valueRatio: 1 }, t2: { width: 48, depth: 2, mlpRatio: 3, valueRatio: 2 },
  t3: { width: 48, depth: 1, mlpRatio: 2, valueRatio: 2 }, t4: { width: 64, depth: 2, mlpRatio: 2, valueRatio: 1 },
};

/**
 * Logits of the same weights and images in PyTorch 2.13, in double precision, from modules written after elasticvit.md
 * 1.3 alone. Their largest difference from the networks here was 8e-7 of the largest logit. For comparison, each of these
 * mistakes, made there on purpose, moved them by: offsets of the relative positions negated 0.10, or with rows and columns
 * swapped 0.11; average pooling that does not count padding 0.6, or pads at the other end 0.7; a layer norm per token
 * 0.5; a sigmoid in place of the hard one 0.014; a batch norm epsilon of 1e-3 0.003.
 */
const inPyTorch = [
  [0.28869267, 0.49639459, -0.2666351, -1.4756201, 0.36512425],
  [0.66167162, -0.78423807, -0.2269818, -1.24833233, 0.65562571],
];

describe('a network with odd grids', () => {
  const space = getSpace('elasticvit-mini');
  const weights = livelyWeights(space.lower(space.parse(architecture), { classes: 5 }), 'reference');
  const images = randomImages(2, 40, new Random('reference images'));
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine('ort');
  });

  const expectPyTorch = (actual: Float32Array) => inPyTorch.flat().forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 5));

  it('computes what PyTorch does', () => expectPyTorch(logits(engine, weights, images)));

  it('computes it as an ONNX file too', () => {
    const bytes = exportOnnx(weights, { batch: 2, version: '0', metadata: {} });
    expectPyTorch(runOnnx(bytes, [images], 'test')[0]);
  });
});
