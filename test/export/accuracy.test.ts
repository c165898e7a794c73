import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { startEngine } from '../../core/engine/engines.ts';
import { maxRelativeDiff } from '../../core/export/exportNetwork.ts';
import { exportOnnx } from '../../core/export/onnx.ts';
import { compareWithEngine } from '../../core/export/verify.ts';
import type { Network } from '../../core/network/network.ts';
import { getSpace } from '../../core/spaces/index.ts';
import { calibratedWeights, lowered, randomImages } from './networks.ts';

/** Relative difference between a network on an engine and its file in ONNX Runtime. */
function difference(engine: Engine, network: Network, seed: string, batch: number | 'dynamic', counts: readonly number[]): number {
  const weights = calibratedWeights(engine, network, seed);
  const bytes = exportOnnx(weights, { batch, version: '0', metadata: {} });
  const random = new Random(seed);
  const images = counts.map((count) => randomImages(count, network.resolution, random));
  return compareWithEngine(bytes, weights, engine, images, seed).relativeDiff;
}

describe('an exported network in ONNX Runtime', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine('ort');
  });

  const published = ['elasticvit', 'elasticvit-mini'].flatMap((space) => Object.keys(getSpace(space).networks).map((name) => ({ space, name })));
  it.each(published)('computes what $space $name does', ({ space, name }) => {
    // The largest network needs 3 G MACs an image at its own resolution.
    const network = lowered(space, name, name === 'max' ? { resolution: 64 } : {});
    expect(difference(engine, network, name, 1, [1, 1])).toBeLessThan(maxRelativeDiff);
  });

  const random = new Random('subnets');
  const mini = getSpace('elasticvit-mini');
  const full = getSpace('elasticvit');
  const resolutions = [64, 80, 96, 112, 128];
  const drawn = [
    ...Array.from({ length: 84 }, () => mini.lower(mini.sample(random))),
    // At resolutions of their own these would take minutes; odd grids occur among the smaller ones too.
    ...Array.from({ length: 16 }, () => full.lower(full.sample(random), { resolution: random.choice(resolutions), classes: 10 })),
  ];
  it.each(Array.from({ length: 10 }, (_, i) => i))('computes what random subnets do (decade %i of 100)', (decade) => {
    for (let i = decade; i < drawn.length; i += 10) {
      expect(difference(engine, drawn[i], `subnet ${i}`, 'dynamic', [1, 2]), JSON.stringify(drawn[i])).toBeLessThan(maxRelativeDiff);
    }
  });

  it.each([{ name: 'pit-ti', resolution: 64 }, { name: 'min', resolution: 53 }])('computes what pit-ti $name does at $resolution px', ({ name, resolution }) => {
    expect(difference(engine, lowered('pit-ti', name, { resolution, classes: 7 }), name, 'dynamic', [1, 2])).toBeLessThan(maxRelativeDiff);
  });

  it('computes what the pure JavaScript engine does', async () => {
    const reference = await startEngine('js');
    for (const network of [lowered('elasticvit-mini', 'small'), lowered('elasticvit-mini', 'min', { resolution: 40 })]) {
      expect(difference(reference, network, 'js', 'dynamic', [2])).toBeLessThan(maxRelativeDiff);
    }
    await tf.setBackend(engine.backend);
  });
});
