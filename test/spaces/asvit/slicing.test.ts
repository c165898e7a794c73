import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { Weights } from '../../../core/model/weights.ts';
import { blockGraph, blockParameters } from '../../../core/network/blockGraph.ts';
import type { Block } from '../../../core/network/blocks.ts';
import { gather, sliceOf } from '../../../core/network/slicing.ts';
import { asVit } from '../../../core/spaces/asvit/space.ts';
import { relativeDifference, type Feeds } from '../../engine/compare.ts';
import { evaluateExactly } from '../../engine/exact.ts';
import { blockFeeds } from '../../model/blockCases.ts';

const named = (arch: string, name: string) => asVit.lower(asVit.parse(arch), { resolution: 64, classes: 2 }).blocks.find((block) => block.name === name)!;
/** The topology's kernels in stem and re-embeddings; narrow, so that plain loops are fast. */
const withKernels = (stem: number, other: number) => `${stem},2,2,1|${other},1,2,1|${other},1,2,1|${other},1,2,1|16,4`;

/** The smaller block's share of the larger one's parameters, given as feeds, and those with zeros everywhere else in its kernels. */
function shared(small: Block, feeds: Feeds): { share: Feeds; zeroed: Feeds } {
  const [share, zeroed]: [Record<string, Feeds[string]>, Record<string, Feeds[string]>] = [{ ...feeds }, { ...feeds }];
  for (const { name, shape, slice: roles } of blockParameters(small)) {
    const slice = sliceOf(feeds[name].shape, shape, roles);
    const own = gather(Float32Array.from(feeds[name].data), slice).slice();
    share[name] = { shape, data: own };
    const rest = new Float32Array(feeds[name].data.length);
    slice.starts.forEach((start, run) => rest.set(own.subarray(run * slice.runLength, (run + 1) * slice.runLength), start));
    zeroed[name] = { shape: feeds[name].shape, data: rest };
  }
  return { share, zeroed };
}

const output = (block: Block, feeds: Feeds) => {
  const graph = blockGraph(block);
  return evaluateExactly(graph, feeds).get(graph.outputs[0])!.data;
};

describe('a smaller kernel', () => {
  // A norm over a window would tell how large it is.
  it.each([
    ...[4, 5, 6, 7].map((kernel) => ['stem', kernel, 2] as const), ...[2, 3].map((kernel) => ['stages.1.merging', 8, kernel] as const),
  ])('shares the taps that see the same pixels: %s, kernels %i and %i', (name, stem, other) => {
    const [large, small] = [withKernels(8, 4), withKernels(stem, other)].map((arch) => ({ ...named(arch, name), withoutNorm: true }) as Block);
    const { share, zeroed } = shared(small, blockFeeds(large, 'inference', 1, new Random(`${name} ${stem} ${other}`)));
    expect(relativeDifference(output(small, share), output(large, zeroed))).toBeLessThan(1e-6);
  });
});

describe('fresh weights', () => {
  it('start the stem as PyTorch does a convolution, its bias too, and all other layers at a deviation of 0.02', () => {
    const weights = Weights.initialise(asVit.lower(asVit.parse('8,2,3,1|4,1,2,1|4,1,4,1|4,1,6,1|32,16')), new Random('fresh'));
    // asvit.md 1, "init": within 1 / sqrt(3 K1^2).
    const bound = 1 / Math.sqrt(3 * 8 ** 2);
    for (const key of ['stem.embed.weight', 'stem.embed.bias']) {
      const largest = weights.view(key).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largest, key).toBeLessThanOrEqual(bound);
      expect(largest, key).toBeGreaterThan(0.9 * bound);
    }
    for (const { key, name } of weights.parameters.values()) {
      if (!name.endsWith('.weight') || key.startsWith('stem')) continue;
      const values = weights.view(key);
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
      // Within five of its own deviations.
      expect(Math.abs(deviation / 0.02 - 1), key).toBeLessThan(5 / Math.sqrt(2 * values.length));
    }
  });
});
