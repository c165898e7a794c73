import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { startEngine } from '../../core/engine/engines.ts';
import { flatParameters } from '../../core/engine/flatParameters.ts';
import { backpropagate } from '../../core/model/backpropagate.ts';
import { logits } from '../../core/model/inference.ts';
import { SubnetView } from '../../core/model/subnet.ts';
import { layoutOf, Weights } from '../../core/model/weights.ts';
import { blockResidual } from '../../core/network/blockGraph.ts';
import type { Block } from '../../core/network/blocks.ts';
import type { Network } from '../../core/network/network.ts';
import { spaceIds, getSpace } from '../../core/spaces/index.ts';
import { vitNetwork } from '../../core/spaces/vit/network.ts';
import { BranchScaling, StochasticDepth } from '../../core/training/stochasticDepth.ts';
import { attentionBlock, ffnBlock, mbConvBlock } from '../model/blockCases.ts';

const network = vitNetwork({ resolution: 8, patchSize: 4, width: 8, depth: 2, numHeads: 2, classes: 3, mlpRatio: 2 });

describe('stochastic depth', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine('js');
  });

  it('leaves branches out more often the deeper they are, in a straight line from none to its rate', () => {
    const { branches } = new StochasticDepth(network, 0.3);
    expect(branches.map(({ block }) => block)).toEqual(['blocks.0.attention', 'blocks.0.mlp', 'blocks.1.attention', 'blocks.1.mlp']);
    branches.forEach(({ dropProbability }, i) => expect(dropProbability).toBeCloseTo(0.1 * i, 12));
  });

  it('leaves each out as often as it says, independently of the others', () => {
    const depth = new StochasticDepth(network, 0.6);
    const random = new Random('draws');
    const draws = 4000;
    const seen = Array.from({ length: draws }, () => new Set(depth.draw(random).blocks.map(({ name }) => name)));
    depth.branches.forEach(({ block, dropProbability }) => {
      const kept = seen.filter((names) => names.has(block)).length / draws;
      // Four standard errors of a share.
      expect(Math.abs(kept - (1 - dropProbability))).toBeLessThan(4 * Math.sqrt(0.25 / draws));
    });
    const both = seen.filter((names) => !names.has('blocks.1.attention') && !names.has('blocks.1.mlp')).length / draws;
    expect(Math.abs(both - 0.4 * 0.6)).toBeLessThan(4 * Math.sqrt(0.25 / draws));
  });

  const residuals: readonly Block[] = [
    ffnBlock({ channels: 4, mlpRatio: 2, size: 2, normAxes: 'channels' }),
    attentionBlock({ numHeads: 1, headDim: 4, valueRatio: 2, size: 2, normAxes: 'tokens-and-channels' }),
    mbConvBlock({ kernelSize: 3, stride: 1, size: 4, squeeze: true, expand: true, inputs: 4, outputs: 4 }),
    ...network.blocks.slice(1, 3),
  ];
  it.each(residuals)('scales the branch of $type by its last parameters: x + f becomes x + c f', (block) => {
    const random = new Random('scaled');
    const alone: Network = { space: 'test', resolution: 1, classes: 1, blocks: [block] };
    const weights = Weights.initialise(alone, random);
    random.fillNormal(weights.trainable);
    const { channels, height, width, extraTokens = 0 } = block.input;
    const isMap = block.type !== 'encoderAttention' && block.type !== 'encoderMlp';
    const shape = isMap ? [1, channels, height, width] : [1, height * width + extraTokens, channels];
    const x = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal());
    const flat = flatParameters(weights.trainable.length);
    const run = () => {
      flat.values.set(weights.trainable);
      let result = new Float32Array();
      const view = new SubnetView(weights, alone);
      backpropagate(engine, alone, (key) => view.shareOf(key), { shape, data: x }, flat, (y) => {
        result = y.slice();
        return new Float32Array(y.length);
      });
      return result;
    };
    const plain = run();
    const names = blockResidual(block);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const values = weights.view(`${block.name}.${name}`);
      for (let i = 0; i < values.length; i++) values[i] *= 2;
    }
    const doubled = run();
    doubled.forEach((value, i) => expect(Math.abs(value - x[i] - 2 * (plain[i] - x[i]))).toBeLessThan(2e-4 * (1 + Math.abs(value))));
  });

  it('never leaves out a block that changes the shape of what passes through it', () => {
    for (const id of spaceIds) {
      const space = getSpace(id);
      for (const block of space.lower(space.largest).blocks) {
        if (blockResidual(block).length > 0) expect(block.output).toEqual(block.input);
      }
    }
  });

  it('has the whole network\'s output as expectation where branches add up', () => {
    // One layer, attention never left out: the head is a norm and so not linear; the tokens in front of it are.
    const { blocks } = network;
    const trunk: Network = { ...network, blocks: blocks.slice(0, 3) };
    const weights = Weights.initialise(trunk, new Random('expectation'));
    const depth = new StochasticDepth(trunk, 0.4);
    const image = Float32Array.from({ length: 192 }, (_, i) => Math.sin(i));
    const outputOf = (net: Network, scaled: boolean) => {
      const flat = flatParameters(layoutOf(trunk).trainableLength);
      flat.values.set(weights.trainable);
      const view = new SubnetView(weights, net);
      let result = new Float32Array();
      const run = () => backpropagate(engine, net, (key) => view.shareOf(key), { shape: [1, 3, 8, 8], data: image }, flat, (y) => {
        result = y.slice();
        return new Float32Array(y.length);
      });
      if (scaled) new BranchScaling(flat, weights, depth.branches).during(run);
      else run();
      return result;
    };
    const [whole, kept, dropped] = [outputOf(trunk, false), outputOf(trunk, true), outputOf({ ...trunk, blocks: blocks.slice(0, 2) }, true)];
    whole.forEach((value, i) => expect(Math.abs(0.6 * kept[i] + 0.4 * dropped[i] - value)).toBeLessThan(1e-5));
  });

  it('yields the gradients of what it computed, and leaves the weights as they were', () => {
    const depth = new StochasticDepth(network, 0.5);
    const weights = Weights.initialise(network, new Random('gradient'));
    const [upstream, image] = [Float32Array.of(1, -2, 0.5), Float32Array.from({ length: 192 }, (_, i) => Math.cos(i))];
    const flat = flatParameters(weights.trainable.length);
    flat.values.set(weights.trainable);
    const scaling = new BranchScaling(flat, weights, depth.branches);
    const drawn: Network = { ...network, blocks: network.blocks.filter(({ name }) => name !== 'blocks.1.attention') };
    const view = new SubnetView(weights, drawn);
    scaling.during(() => backpropagate(engine, drawn, (key) => view.shareOf(key), { shape: [1, 3, 8, 8], data: image }, flat, () => upstream));
    expect(flat.values).toEqual(weights.trainable);

    /** The same with each weight's own factor, by the definition: kept branches are multiplied by 1 / (1 - p). */
    const value = (at: number, by: number) => {
      const moved = new Weights(network, weights.trainable.slice());
      moved.trainable[at] += by;
      for (const { block, dropProbability } of depth.branches) {
        for (const name of ['project.weight', 'project.bias']) {
          const values = moved.view(`${block}.${name}`);
          for (let i = 0; i < values.length; i++) values[i] /= 1 - dropProbability;
        }
      }
      const own = new SubnetView(moved, drawn).extract();
      return logits(engine, own, { count: 1, size: 8, pixels: image }).reduce((sum, y, i) => sum + y * upstream[i], 0);
    };
    for (const key of ['blocks.0.mlp.project.weight', 'blocks.1.mlp.project.bias', 'blocks.1.mlp.expand.weight', 'patchEmbed.embed.bias']) {
      const { offset, length } = weights.placed(key);
      const at = offset + (length >> 1);
      const step = 1e-3;
      const slope = (value(at, step) - value(at, -step)) / (2 * step);
      expect(Math.abs(slope - flat.gradient[at]), key).toBeLessThan(2e-3 + 0.01 * Math.abs(slope));
    }
    const left = weights.placed('blocks.1.attention.project.weight');
    expect(flat.gradient.subarray(left.offset, left.offset + left.length).every((each) => each === 0)).toBe(true);
  });
});
