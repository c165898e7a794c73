import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import type { Engine } from '../../../core/engine/engine.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import { flatParameters } from '../../../core/engine/flatParameters.ts';
import { backpropagate } from '../../../core/model/backpropagate.ts';
import { logits } from '../../../core/model/inference.ts';
import { SubnetView } from '../../../core/model/subnet.ts';
import { layoutOf, Weights } from '../../../core/model/weights.ts';
import type { OverlappingPatchEmbedBlock } from '../../../core/network/blocks.ts';
import { networkMacs } from '../../../core/network/counts.ts';
import { autoFormerMini } from '../../../core/spaces/autoformer/space.ts';
import { asVit, asVitMini } from '../../../core/spaces/asvit/space.ts';
import { dilationFor, publishedSchedules, tokenPlan } from '../../../core/training/recipe/retokenization.ts';

describe('the dilation of re-tokenization', () => {
  // As-ViT, section 4, gives (16, 5), (8, 2), (4, 1) for kernels of 4; the others are worked out by hand from its footnote (asvit.md 7).
  it.each([[4, [1, 2, 5]], [5, [1, 2, 5]], [6, [1, 2, 5]], [7, [1, 2, 5]], [8, [1, 2, 4]]] as const)('of a kernel of %i is %j at strides 4, 8 and 16', (kernel, expected) => {
    expect([4, 8, 16].map((stride) => dilationFor(stride, 4, kernel))).toEqual(expected);
  });
});

/** Large as the paper counts it, asvit.md 1. */
const large = asVit.networks.large;
const sidesOf = (stride: number) => asVit.lower(large, { tokens: { stride, dilation: dilationFor(stride, 4, 8) } }).blocks
  .filter(({ type }) => type === 'overlappingPatchEmbed' || type === 'patchMerging').map(({ output }) => output.height);

describe('the networks of re-tokenization', () => {
  it('halve odd sides upwards', () => {
    expect(sidesOf(8)).toEqual([28, 14, 7, 4]);
    expect(sidesOf(16)).toEqual([14, 7, 4, 2]);
  });

  it('cost what the same grids were counted to cost by hand: 21.1 and 5.6 % of Large', () => {
    const share = (stride: number) => 100 * networkMacs(asVit.lower(large, { tokens: { stride, dilation: 2 } })) / networkMacs(asVit.lower(large));
    // asvit.md 7, "stages 7 -> 4" and "14/7/4/2".
    expect(share(8).toFixed(1)).toBe('21.1');
    expect(share(16).toFixed(1)).toBe('5.6');
  });

  it('save 20.5, 41.0 and 61.4 % by the published schedules, where the paper reports 18.7, 37.4 and 56.2', () => {
    const saved = publishedSchedules.map(({ quarterEpochs, halfEpochs }) => tokenPlan({
      epochs: 300, cooldownEpochs: 0, retokenization: { phases: [{ epochs: quarterEpochs, stride: 16 }, { epochs: halfEpochs, stride: 8 }] },
    }, { space: asVit, arch: large, classes: 1000 }).savedShare);
    // asvit.md 7, "rounded up".
    expect(saved.map((share) => (100 * share).toFixed(1))).toEqual(['20.5', '41.0', '61.4']);
    // The paper's own shares of a step, 13.2 and 28.5 %, give its savings (asvit.md 7).
    for (const { quarterEpochs, halfEpochs, savedShare } of publishedSchedules) {
      expect((quarterEpochs * (1 - 0.132) + halfEpochs * (1 - 0.285)) / 300).toBeCloseTo(savedShare, 3);
    }
  });

  it('have the weights of the whole network, but for learned positions', () => {
    for (const arch of [large, asVit.networks['large-published']]) {
      const shapes = (tokens?: { stride: number; dilation: number }) => [...layoutOf(asVit.lower(arch, tokens ? { tokens } : {})).parameters.values()]
        .filter(({ positions }) => positions === undefined).map(({ key, shape }) => `${key} ${shape}`);
      expect(shapes({ stride: 16, dilation: 5 })).toEqual(shapes());
    }
  });

  it('are refused where a stride or a length does not suit', () => {
    const plan = (phases: { epochs: number; stride: number }[], space = asVitMini as typeof asVit) =>
      () => tokenPlan({ epochs: 10, cooldownEpochs: 0, retokenization: { phases } }, { space, arch: space.networks.seed, classes: 3 });
    expect(plan([{ epochs: 2, stride: 3 }])).toThrow(expect.objectContaining({ code: 'invalid-tokens' }));
    expect(plan([{ epochs: 10, stride: 4 }])).toThrow(expect.objectContaining({ code: 'invalid-tokens' }));
    expect(() => tokenPlan({ epochs: 10, cooldownEpochs: 0, retokenization: { phases: [{ epochs: 1, stride: 8 }] } },
      { space: autoFormerMini, arch: autoFormerMini.smallest, classes: 3 })).toThrow(expect.objectContaining({ code: 'no-tokenization' }));
  });
});

describe('a dilated first projection', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine('js');
  });

  it('reads the pixels that its definition says', () => {
    const stem: OverlappingPatchEmbedBlock = {
      type: 'overlappingPatchEmbed', name: 'stem', kernelSize: 3, stride: 4, dilation: 3, padding: [1, 2], positions: false, classToken: false,
      initialisation: 'fanIn', input: { channels: 3, height: 12, width: 12 }, output: { channels: 2, height: 3, width: 3 },
    };
    const network = { space: 'test', resolution: 12, classes: 18, blocks: [stem] };
    const random = new Random('dilated');
    const weights = Weights.initialise(network, random);
    const image = Float32Array.from({ length: 3 * 144 }, () => random.normal());
    const given = logits(engine, weights, { count: 1, size: 12, pixels: image });
    const [kernel, bias] = [weights.view('stem.embed.weight'), weights.view('stem.embed.bias')];
    const pixel = (channel: number, y: number, x: number) => (y < 0 || x < 0 || y > 11 || x > 11 ? 0 : image[channel * 144 + y * 12 + x]);
    for (let place = 0; place < 9; place++) {
      for (let out = 0; out < 2; out++) {
        let sum = bias[out];
        for (let i = 0; i < 27; i++) {
          const [channel, row, column] = [Math.floor(i / 9), Math.floor(i / 3) % 3, i % 3];
          sum += kernel[out * 27 + i] * pixel(channel, 4 * Math.floor(place / 3) - 1 + 3 * row, 4 * (place % 3) - 1 + 3 * column);
        }
        expect(Math.abs(given[place * 2 + out] - sum)).toBeLessThan(1e-5);
      }
    }
  });

  it('and odd maps give the same logits and gradients on two engines', async () => {
    const ort = await startEngine('ort', { threads: 1 });
    const network = asVitMini.lower(asVitMini.networks.seed, { classes: 3, tokens: { stride: 8, dilation: 5 } });
    const random = new Random('odd');
    const weights = Weights.initialise(network, random);
    const pixels = Float32Array.from({ length: 3 * 32 * 32 }, () => random.normal());
    const view = new SubnetView(weights, network);
    const [a, b] = [engine, ort].map((each) => {
      const flat = flatParameters(weights.trainable.length);
      flat.values.set(weights.trainable);
      let result = new Float32Array();
      backpropagate(each, network, (key) => view.shareOf(key), { shape: [1, 3, 32, 32], data: pixels }, flat, (y) => {
        result = y.slice();
        return Float32Array.of(100, -200, 50);
      });
      return { result, gradient: flat.gradient };
    });
    a.result.forEach((value, i) => expect(Math.abs(value - b.result[i])).toBeLessThan(1e-5));
    for (const key of ['stem.embed.weight', 'stem.embed.bias', 'stages.3.merging.reduce.weight', 'stages.2.merging.reduce.weight']) {
      const { offset, length } = weights.placed(key);
      const largest = (of: (i: number) => number) => Array.from({ length }, (_, i) => Math.abs(of(offset + i))).reduce((most, each) => Math.max(most, each));
      const scale = largest((i) => a.gradient[i]);
      expect(scale, key).toBeGreaterThan(0);
      expect(largest((i) => a.gradient[i] - b.gradient[i]), key).toBeLessThan(1e-4 * scale);
    }
  });
});
