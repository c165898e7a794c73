import { describe, expect, it } from 'vitest';
import { blockParams, networkParams } from '../../../core/network/blockGraph.ts';
import { tokensOf } from '../../../core/network/blocks.ts';
import { pitTiny } from '../../../core/spaces/pit/space.ts';

const arch = pitTiny.networks['pit-ti'];

describe('a PiT network', () => {
  const network = pitTiny.lower(arch);

  it('has 730, 197 and 50 tokens in its stages, the class token included (tftas.md 4.2)', () => {
    const attention = network.blocks.filter(({ type }) => type === 'encoderAttention');
    expect([...new Set(attention.map(({ input }) => tokensOf(input)))]).toEqual([730, 197, 50]);
    expect(attention.map(({ input }) => input.channels)).toEqual([64, 64, ...Array(6).fill(128), ...Array(4).fill(256)]);
  });

  it('embeds, then pools in front of the second and third stage', () => {
    expect(network.blocks.filter(({ type }) => !type.startsWith('encoder')).map(({ name, type }) => [name, type])).toEqual([
      ['patchEmbed', 'overlappingPatchEmbed'], ['stages.1.pool', 'depthwisePool'], ['stages.2.pool', 'depthwisePool'], ['head', 'tokenHead'],
    ]);
  });

  it('has the parameters of the closed formula, part by part (tftas.md 4.2)', () => {
    const of = (name: string) => blockParams(network.blocks.find((block) => block.name === name)!);
    // Convolution with bias, a vector for each of 27x27 places, class token.
    expect(of('patchEmbed')).toBe(3 * 256 * 64 + 64 + 729 * 64 + 64);
    // Nine weights and a bias for each new channel, a linear layer for the class token.
    expect(of('stages.1.pool')).toBe(10 * 128 + 64 * 128 + 128);
    expect(of('head')).toBe(2 * 256 + 1000 * 257);
  });

  it.each([[16, 1], [17, 1], [23, 1], [24, 2], [64, 7], [224, 27], [230, 27], [384, 47]])('has at %i px a map of floor((px - 16) / 8) + 1 = %i patches a side', (resolution, side) => {
    expect(pitTiny.lower(arch, { resolution }).blocks[0].output).toEqual({ channels: 64, height: side, width: side, extraTokens: 1 });
  });

  it('has parameters that depend on resolution and classes as the formula says', () => {
    const params = networkParams(network);
    expect(networkParams(pitTiny.lower(arch, { classes: 10 }))).toBe(params - 990 * 257);
    expect(networkParams(pitTiny.lower(arch, { resolution: 384 }))).toBe(params + (47 ** 2 - 27 ** 2) * 64);
  });

  it.each([15, 224.5, 769])('is refused at %d px, with what is accepted', (resolution) => {
    expect(() => pitTiny.lower(arch, { resolution })).toThrow('pit-ti accepts whole numbers of pixels from 16 to 768');
  });

  it('is refused with no classes', () => {
    expect(() => pitTiny.lower(arch, { classes: 0 })).toThrow('it must be a whole number from 1');
  });
});
