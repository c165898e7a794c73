import { describe, expect, it } from 'vitest';
import { InputError } from '../../../core/base/errors.ts';
import { Random } from '../../../core/base/random.ts';
import type { Network } from '../../../core/network/network.ts';
import { elasticVit, elasticVitMini } from '../../../core/spaces/elasticvit/space.ts';

const spaces = [elasticVit, elasticVitMini];
const gridAfter = (network: Network, name: string) =>
  network.blocks.find((block) => block.name === name)?.output.height;

describe('lowering an ElasticViT architecture', () => {
  it('writes T1 block by block as in the published tables', () => {
    const { blocks, resolution, classes } = elasticVit.lower(elasticVit.networks.T1);
    expect({ resolution, classes }).toEqual({ resolution: 128, classes: 1000 });
    expect(blocks.map((block) => block.name)).toEqual([
      'stem.conv', 'stem.blocks.0',
      'stages.0.blocks.0', 'stages.0.blocks.1',
      'stages.1.blocks.0', 'stages.1.blocks.1', 'stages.1.blocks.2',
      ...[2, 3, 4, 5].flatMap((stage) => [
        `stages.${stage}.transition`, `stages.${stage}.layers.0.attention`, `stages.${stage}.layers.0.ffn`,
      ]),
      'head',
    ]);
    expect(blocks[1]).toEqual({
      type: 'mbconv', name: 'stem.blocks.0', role: 'stem', kernelSize: 3, stride: 1, expandRatio: 1, hiddenChannels: 16,
      squeezeChannels: 0, input: { channels: 16, height: 64, width: 64 }, output: { channels: 16, height: 64, width: 64 },
    });
    // C2 is the stage with squeeze-excitation: 24 x 3 hidden channels, a quarter of them behind the squeeze.
    expect(blocks[4]).toMatchObject({ stride: 2, hiddenChannels: 72, squeezeChannels: 18, role: 'stage' });
    expect(blocks[2]).toMatchObject({ stride: 2, squeezeChannels: 0, role: 'stage' });
    // T2 opens with a transition of stride 1: ratio 6, kernel 3, squeeze-excitation (elasticvit.md 1.3).
    expect(blocks[10]).toMatchObject({
      role: 'transition', stride: 1, kernelSize: 3, expandRatio: 6, hiddenChannels: 384, squeezeChannels: 96,
    });
    expect(blocks[11]).toMatchObject({ numHeads: 6, headDim: 16, valueRatio: 2, normAxes: 'tokens-and-channels' });
    expect(blocks[12]).toMatchObject({ mlpRatio: 2, hiddenChannels: 192, normAxes: 'tokens-and-channels' });
    expect(blocks.at(-1)).toMatchObject({ hiddenChannels: 6 * 272, features: 1984, classes: 1000 });
  });

  it('halves grids rounding up: the published grids of every resolution', () => {
    // elasticvit.md 1.1, "Feature grids".
    const published = {
      'stages.0.blocks.0': [32, 40, 44, 48, 56, 64],
      'stages.1.blocks.0': [16, 20, 22, 24, 28, 32],
      'stages.2.transition': [8, 10, 11, 12, 14, 16],
      'stages.3.transition': [8, 10, 11, 12, 14, 16],
      'stages.4.transition': [4, 5, 6, 6, 7, 8],
      'stages.5.transition': [2, 3, 3, 3, 4, 4],
    };
    for (const [name, grids] of Object.entries(published)) {
      const lowered = elasticVit.resolutions.map((resolution) => elasticVit.lower(elasticVit.smallest, { resolution }));
      expect(lowered.map((network) => gridAfter(network, name)), name).toEqual(grids);
    }
  });

  it('leaves at least a 2x2 grid at the smallest resolution of either space', () => {
    for (const space of spaces) expect(gridAfter(space.lower(space.smallest), 'stages.5.transition')).toBe(2);
  });

  it('hands every block its predecessor\'s output and gives it a name of its own', () => {
    const random = new Random('chain');
    for (const space of spaces) {
      for (let i = 0; i < 100; i++) {
        const { blocks } = space.lower(space.sample(random));
        expect(new Set(blocks.map((block) => block.name)).size).toBe(blocks.length);
        blocks.slice(1).forEach((block, j) => expect(block.input).toEqual(blocks[j].output));
      }
    }
  });

  it('names every block of a subnet as the largest network does, with the same type and no more channels', () => {
    const random = new Random('sharing');
    for (const space of spaces) {
      const supernet = new Map(space.lower(space.largest).blocks.map((block) => [block.name, block]));
      for (let i = 0; i < 100; i++) {
        for (const block of space.lower(space.sample(random)).blocks) {
          const shared = supernet.get(block.name);
          expect(shared?.type).toBe(block.type);
          expect(shared?.output.channels).toBeGreaterThanOrEqual(block.output.channels);
        }
      }
    }
  });

  it('lowers at other resolutions and for other numbers of classes', () => {
    const network = elasticVit.lower(elasticVit.networks.S1, { resolution: 150, classes: 37 });
    expect(network.resolution).toBe(150);
    expect(gridAfter(network, 'stages.5.transition')).toBe(3); // 150, 75, 38, 19, 10, 10, 5, 3
    expect(network.blocks.at(-1)?.output).toEqual({ channels: 37, height: 1, width: 1 });
  });

  it.each([0, -64, 63, 100.5, NaN, 1e6])('refuses a resolution of %s and says what is accepted', (resolution) => {
    expect(() => elasticVit.lower(elasticVit.networks.S1, { resolution })).toThrow(InputError);
    expect(() => elasticVit.lower(elasticVit.networks.S1, { resolution })).toThrow(/from 64 to 1024/);
  });

  it.each([0, -1, 2.5, NaN])('refuses %s classes', (classes) => {
    expect(() => elasticVit.lower(elasticVit.networks.S1, { classes })).toThrow(/whole number/);
  });
});
