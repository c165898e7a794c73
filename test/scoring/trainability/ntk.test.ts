import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import type { Engine } from '../../../core/engine/engine.ts';
import { asFeatures } from '../../../core/network/asFeatures.ts';
import { blockParameters } from '../../../core/network/blockGraph.ts';
import type { Block } from '../../../core/network/blocks.ts';
import type { Network } from '../../../core/network/network.ts';
import { asVitWeights } from '../../../core/scoring/asVitWeights.ts';
import { conditionNumber } from '../../../core/scoring/conditionNumber.ts';
import { SeedContext } from '../../../core/scoring/context.ts';
import { noise } from '../../../core/scoring/inputs.ts';
import { getProxy } from '../../../core/scoring/proxies.ts';
import { gradientKernel, gradientKernelMacs } from '../../../core/scoring/sampleGradients.ts';
import { literalKernel, literalKernelMacs } from '../../../core/scoring/trainability/literalKernel.ts';
import { asVitMini } from '../../../core/spaces/asvit/space.ts';
import { elasticVitMini } from '../../../core/spaces/elasticvit/space.ts';
import { vitNetwork } from '../../../core/spaces/vit/network.ts';
import { bothEngines, relativeDifference } from '../../engine/compare.ts';

let engines: readonly Engine[];
beforeAll(async () => { engines = await bothEngines(); });

const narrow = asVitMini.lower({ ...asVitMini.networks.min, width: 4, heads: 8 });
const weightsOf = (network: Network) => asVitWeights(network, { stem: new Random('stem'), others: new Random('others') });

describe('the kernel of the images\' gradients', () => {
  it('is known for patches whose mean is taken: that of their mean pixels, for each channel once', async () => {
    const [width, patchSize, count] = [6, 4, 9];
    const whole = vitNetwork({ resolution: 8, patchSize, width, depth: 0, numHeads: 1, classToken: false, positions: false, finalNorm: false, classes: 3 });
    const network = asFeatures(whole)!;
    const images = noise({ count, resolution: 8, classes: 3 }, new Random('patches'));
    const meanPatch = (image: number) => Array.from({ length: 3 * patchSize ** 2 }, (_, i) => {
      const [channel, row, column] = [Math.floor(i / 16), Math.floor(i / 4) % 4, i % 4];
      const at = (y: number, x: number) => images.pixels[((image * 3 + channel) * 8 + 4 * y + row) * 8 + 4 * x + column];
      return (at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)) / 4;
    });
    const patches = Array.from({ length: count }, (_, i) => meanPatch(i));
    const expected = patches.flatMap((a) => patches.map((b) => width * a.reduce((sum, value, i) => sum + value * b[i], 0)));
    for (const engine of engines) {
      await tf.setBackend(engine.backend);
      expect(relativeDifference(gradientKernel(engine, network, weightsOf(network), images), expected), engine.info.id).toBeLessThan(1e-5);
    }
  });

  it('is the same as from separate passes through the whole batch, whether threads share the images or not', async () => {
    const [ort] = engines;
    await tf.setBackend(ort.backend);
    const network = asFeatures(narrow)!;
    const wanted = (block: Block) => blockParameters(block).map(({ name }) => name).filter((name) => !name.endsWith('bias'));
    for (const count of [3, 8]) {
      const images = noise({ count, resolution: 32, classes: 10 }, new Random('images'));
      const fast = gradientKernel(ort, network, weightsOf(network), images, wanted);
      const literal = literalKernel(ort, network, weightsOf(network), images, wanted);
      // The products by themselves give the lower half.
      const both = fast.map((value, at) => (at % count > Math.floor(at / count) ? 0 : value));
      const lower = literal.map((value, at) => (at % count > Math.floor(at / count) ? 0 : value));
      expect(relativeDifference(both, lower)).toBeLessThan(1e-5);
      expect(literalKernelMacs(network, count, wanted)).toBeGreaterThan(count / 2 * gradientKernelMacs(network, count, wanted));
    }
  });

  it('is the same on the reference engine', async () => {
    const network = asFeatures(narrow)!;
    const images = noise({ count: 2, resolution: 32, classes: 10 }, new Random('images'));
    const found = [];
    for (const engine of engines) {
      await tf.setBackend(engine.backend);
      found.push(gradientKernel(engine, network, weightsOf(network), images));
    }
    expect(relativeDifference(found[0], found[1])).toBeLessThan(1e-4);
  });
});

describe('a condition number', () => {
  it('is the ratio of the extreme eigenvalues', () => {
    // Eigenvalues 1 and 3.
    expect(conditionNumber(Float64Array.of(2, 1, 1, 2), 2)).toEqual({ value: expect.closeTo(3, 12) });
  });

  it.each([
    ['negative eigenvalues', Float64Array.of(1, 2, 2, 1), /smallest eigenvalue is negative/],
    ['matrices that are singular but for rounding', Float64Array.of(1, 1, 1, 1 + 1e-9), /singular/],
    ['what is not a number', Float64Array.of(1, NaN, NaN, 1), /not found/],
  ])('is not given for %s', (_, matrix, reason) => {
    const { value, invalid } = conditionNumber(matrix, 2);
    expect(value).toBeNaN();
    expect(invalid).toMatch(reason);
  });

  it('of an As-ViT network has a value for each of five networks, and their mean\'s standard error', () => {
    const { value, parts, invalid } = getProxy('ntk').score(narrow, new SeedContext({ engine: engines[0], random: new Random(2) }));
    expect(invalid).toBeUndefined();
    const { 'standard error': error, ...networks } = parts!;
    expect(Object.values(networks).every((one) => one > 1)).toBe(true);
    expect(Object.values(networks).reduce((sum, one) => sum + one, 0) / 5).toBeCloseTo(value, 9);
    expect(error).toBeGreaterThan(0);
  });

  it('is refused where there are no features, with a way out', () => {
    const { value, invalid } = getProxy('ntk').score(elasticVitMini.lower(elasticVitMini.smallest), new SeedContext({ engine: engines[0], random: new Random(2) }));
    expect(value).toBeNaN();
    expect(invalid).toMatch(/te-score/);
  });
});
