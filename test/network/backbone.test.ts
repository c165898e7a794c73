import { describe, expect, it } from 'vitest';
import { backboneOf } from '../../core/network/backbone.ts';
import { tokensOf, type Block } from '../../core/network/blocks.ts';
import { blockMacs, networkMacs } from '../../core/network/counts.ts';
import { blockRole } from '../../core/network/roles.ts';
import { getSpace } from '../../core/spaces/index.ts';

const lowered = (space: string, name: string, resolution?: number) => {
  const { lower, networks } = getSpace(space);
  return lower(networks[name], { resolution });
};
const levels = (space: string, name: string, height: number, width: number, wanted?: readonly string[]) =>
  backboneOf(lowered(space, name), { height, width }, wanted).levels.map(({ name: level, stride, shape }) => [level, stride, shape.channels, shape.height, shape.width]);

describe('the backbone of a network', () => {
  it('gives the last map of each stride from 4 on, called by its power of two', () => {
    // Widths: elasticvit.md 2 and asvit.md 1; PiT's patches of 16 pixels, 8 apart, are one fewer than 1024 / 8.
    expect(levels('elasticvit', 'T1', 1024, 1024)).toEqual([
      ['c2', 4, 24, 256, 256], ['c3', 8, 32, 128, 128], ['c4', 16, 96, 64, 64], ['c5', 32, 176, 32, 32], ['c6', 64, 272, 16, 16],
    ]);
    expect(levels('asvit', 'small', 1024, 1024)).toEqual([
      ['c2', 4, 88, 256, 256], ['c3', 8, 176, 128, 128], ['c4', 16, 352, 64, 64], ['c5', 32, 704, 32, 32],
    ]);
    expect(levels('pit-ti', 'pit-ti', 1024, 1024)).toEqual([['c3', 8, 64, 127, 127], ['c4', 16, 128, 64, 64], ['c5', 32, 256, 32, 32]]);
  });

  it('takes images that are not square', () => {
    expect(levels('elasticvit', 'T1', 512, 768, ['c4', 'c5'])).toEqual([['c4', 16, 96, 32, 48], ['c5', 32, 176, 16, 24]]);
  });

  it('leaves out what is behind the last map that is wanted', () => {
    const { network } = backboneOf(lowered('elasticvit', 'T1'), { height: 256, width: 256 }, ['c3']);
    expect(network.blocks.at(-1)!.output).toEqual({ channels: 32, height: 32, width: 32 });
  });

  it('is the network itself, without its head, at the network\'s own size', () => {
    for (const [space, name] of [['elasticvit', 'M'], ['asvit', 'seed'], ['pit-ti', 'pit-ti'], ['autoformer-tiny', 'min']] as const) {
      const network = lowered(space, name);
      const { network: body, padding } = backboneOf(network, { height: network.resolution, width: network.resolution });
      expect(padding).toEqual({ bottom: 0, right: 0 });
      expect(body.blocks).toEqual(network.blocks.filter((block) => blockRole(block) !== 'head'));
    }
  });

  it('pads to multiples of the largest stride only what blocks cannot take', () => {
    const padding = (space: string, name: string, height: number, width: number, wanted?: readonly string[]) =>
      backboneOf(lowered(space, name), { height, width }, wanted).padding;
    // 800 / 32 = 25 rows and 1344 / 32 = 42 columns: the last pooled shortcut would need padding on one axis alone.
    expect(padding('elasticvit', 'T1', 800, 1344)).toEqual({ bottom: 32, right: 0 });
    expect(padding('elasticvit', 'T1', 800, 1344, ['c2', 'c3', 'c4', 'c5'])).toEqual({ bottom: 0, right: 0 });
    // Patches of 16 pixels, 8 apart: nothing is left unread of 200, but of 201.
    expect(padding('pit-ti', 'pit-ti', 200, 200)).toEqual({ bottom: 0, right: 0 });
    expect(padding('pit-ti', 'pit-ti', 201, 200)).toEqual({ bottom: 23, right: 24 });
    expect(padding('asvit', 'seed', 1333, 800)).toEqual({ bottom: 11, right: 0 });
    expect(padding('autoformer-tiny', 'min', 225, 240)).toEqual({ bottom: 15, right: 0 });
  });

  it('multiplies MACs by four at twice the size, and by sixteen where every token meets every other', () => {
    for (const [space, name] of [['elasticvit', 'M'], ['asvit', 'seed'], ['elasticvit-mini', 'max'], ['autoformer-tiny', 'min']] as const) {
      const network = lowered(space, name, space === 'elasticvit' ? 256 : undefined);
      const side = network.resolution;
      const once = backboneOf(network, { height: side, width: side }).network;
      const twice = backboneOf(network, { height: 2 * side, width: 2 * side }).network;
      const expected = once.blocks.reduce((sum, block, i) => sum + twiceAsLarge(block, twice.blocks[i]), 0);
      expect(networkMacs(twice)).toBe(expected);
      // Twice as wide is twice as many positions.
      const wide = backboneOf(network, { height: side, width: 2 * side }).network;
      const convolutions = (blocks: readonly Block[]) => blocks.filter(({ type }) => type === 'conv').reduce((sum, block) => sum + blockMacs(block), 0);
      expect(convolutions(wide.blocks)).toBe(2 * convolutions(once.blocks));
    }
  });

  it('refuses maps that there are not and sizes that cannot be', () => {
    const network = lowered('elasticvit', 'T1');
    expect(() => backboneOf(network, { height: 256, width: 256 }, ['c9'])).toThrow('There is no feature map "c9"; elasticvit has c1, c2, c3, c4, c5 or c6.');
    expect(() => backboneOf(network, { height: 0, width: 256 })).toThrow('The image is 0x256; accepted are whole numbers of pixels up to 8192.');
    expect(() => backboneOf(network, { height: 10_000, width: 256 })).toThrow('up to 8192');
  });
});

/** MACs at twice the sides, written down for each kind of block by what grows with the map (and by what does not). */
function twiceAsLarge(block: Block, larger: Block): number {
  const [tokens, more] = [tokensOf(block.input), tokensOf(larger.input)];
  switch (block.type) {
    case 'conv': case 'ffn': case 'overlappingPatchEmbed': case 'patchEmbed': case 'patchMerging':
      return 4 * blockMacs(block);
    case 'mbconv': {
      const squeeze = 2 * block.hiddenChannels * block.squeezeChannels;
      return 4 * (blockMacs(block) - squeeze) + squeeze;
    }
    case 'attention': {
      const products = tokens ** 2 * block.numHeads * block.headDim * (1 + block.valueRatio);
      return 4 * (blockMacs(block) - products) + 16 * products;
    }
    case 'encoderAttention': case 'relativeAttention': {
      const windows = block.type === 'encoderAttention' ? (block.splits ?? 1) ** 2 : 1;
      const products = 2 * tokens ** 2 / windows * block.numHeads * block.headDim;
      return (blockMacs(block) - products) * more / tokens + products * (more / tokens) ** 2;
    }
    case 'encoderMlp':
      return blockMacs(block) * more / tokens;
    default:
      throw new Error(`${block.type} is in no backbone of this test.`);
  }
}
