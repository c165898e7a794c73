import { describe, expect, it } from 'vitest';
import { InputError } from '../../../core/base/errors.ts';
import { Random } from '../../../core/base/random.ts';
import { asVit } from '../../../core/spaces/asvit/space.ts';

describe('lowering an As-ViT architecture', () => {
  it('writes the seed block by block as in the released model', () => {
    const { blocks, resolution, classes } = asVit.lower(asVit.networks.seed);
    expect({ resolution, classes }).toEqual({ resolution: 224, classes: 1000 });
    expect(blocks.map(({ name }) => name)).toEqual([
      'stem', 'stages.0.layers.0.attention', 'stages.0.layers.0.mlp',
      ...[1, 2, 3].flatMap((stage) => [`stages.${stage}.merging`, `stages.${stage}.layers.0.attention`, `stages.${stage}.layers.0.mlp`]), 'head',
    ]);
    // asvit.md 1: sides 56, 28, 14, 7; heads 4, 8, 16, 32 of eight channels; two windows a side in the first stage.
    expect(blocks.filter(({ type }) => type === 'encoderAttention')).toMatchObject([
      { numHeads: 4, headDim: 8, splits: 2, input: { height: 56, channels: 32 } }, { numHeads: 8, headDim: 8, input: { height: 28, channels: 64 } },
      { numHeads: 16, headDim: 8, input: { height: 14, channels: 128 } }, { numHeads: 32, headDim: 8, input: { height: 7, channels: 256 } },
    ]);
    expect(blocks[0]).toMatchObject({ kernelSize: 8, stride: 4, padding: [2, 2], positions: false });
    expect(blocks.at(-1)).toMatchObject({ pool: 'mean', norm: true, features: 256, classes: 1000 });
  });

  it('pads the stem as the release does', () => {
    // asvit.md 1, "stem": zeros in front and behind for kernels 4 to 8.
    const paddings = [4, 5, 6, 7, 8].map((kernel) => asVit.lower({ ...asVit.networks.seed, kernels: [kernel, 4, 4, 4] }).blocks[0]);
    expect(paddings.map((block) => block.type === 'overlappingPatchEmbed' && block.padding)).toEqual([[0, 0], [0, 1], [1, 1], [1, 2], [2, 2]]);
  });

  it('rounds the width of heads down where they do not share the channels', () => {
    // asvit.md 1, "Variants": 45, 45, 45 and, behind the cap of 1024 channels, 32.
    const { blocks } = asVit.lower({ ...asVit.networks.large, width: 181 });
    expect(blocks.flatMap((block) => (block.name.endsWith('layers.0.attention') && block.type === 'encoderAttention' ? [block.headDim] : []))).toEqual([45, 45, 45, 32]);
  });

  it('hands every block its predecessor\'s output', () => {
    const random = new Random('chain');
    for (let i = 0; i < 50; i++) {
      const { blocks } = asVit.lower(asVit.sample(random), { resolution: 32 * (1 + random.integer(12)) });
      blocks.slice(1).forEach((block, j) => expect(block.input).toEqual(blocks[j].output));
    }
  });

  it('fills maps with windows at every resolution that it takes', () => {
    const random = new Random('windows');
    for (let i = 0; i < 100; i++) {
      for (const block of asVit.lower(asVit.sample(random), { resolution: 32 * (1 + random.integer(12)) }).blocks) {
        if (block.type === 'encoderAttention') expect(block.input.height % (block.splits ?? 1)).toBe(0);
      }
    }
  });

  it.each([0, -32, 16, 200, 223.5, NaN, 2048])('refuses a resolution of %s and says what is accepted', (resolution) => {
    expect(() => asVit.lower(asVit.networks.seed, { resolution })).toThrow(InputError);
    expect(() => asVit.lower(asVit.networks.seed, { resolution })).toThrow(/multiples of 32 pixels from 32 to 1024/);
  });

  it('refuses no classes at all', () => {
    expect(() => asVit.lower(asVit.networks.seed, { classes: 0 })).toThrow(/whole number from 1/);
  });
});
