import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { startEngine } from '../../core/engine/engines.ts';
import { forward } from '../../core/model/forward.ts';
import { SubnetView } from '../../core/model/subnet.ts';
import { Weights } from '../../core/model/weights.ts';
import { elasticVit, elasticVitMini } from '../../core/spaces/elasticvit/space.ts';
import { normal, tensorOf } from '../engine/compare.ts';

const space = elasticVitMini;
const supernetwork = space.lower(space.largest, { supernet: true });

/** A supernet in which every number is different: its own position. */
function numberedSupernet(): Weights {
  const weights = new Weights(supernetwork);
  weights.trainable.forEach((_, i) => { weights.trainable[i] = i; });
  weights.statistics.forEach((_, i) => { weights.statistics[i] = -1 - i; });
  return weights;
}

const subnets = (count: number, seed: string) => {
  const random = new Random(seed);
  return [space.smallest, space.largest, ...Array.from({ length: count }, () => space.sample(random))].map((arch) => space.lower(arch));
};

/** How many elements differ; quicker than a deep comparison of a million numbers. */
function differing(actual: Float32Array, expected: Float32Array): number {
  return actual.length === expected.length ? actual.reduce((count, value, i) => count + Number(value !== expected[i]), 0) : Infinity;
}

/** Element of a parameter at an index, in row-major order. */
function at(values: Float32Array, shape: readonly number[], ...index: number[]): number {
  return values[shape.reduce((position, size, axis) => position * size + index[axis], 0)];
}

describe('a subnet of a supernet', () => {
  const supernet = numberedSupernet();

  it('exists for every architecture of every ElasticViT space', () => {
    for (const { lower, largest, sample } of [elasticVit, elasticVitMini]) {
      const weights = new Weights(lower(largest, { supernet: true }));
      const random = new Random('every architecture');
      for (let i = 0; i < 40; i++) expect(() => new SubnetView(weights, lower(sample(random)))).not.toThrow();
    }
  });

  it('reads what extracting it copies', () => {
    for (const network of subnets(5, 'extract')) {
      const view = new SubnetView(supernet, network);
      const own = view.extract();
      expect([...own.parameters.keys()].sort()).toEqual(view.keys.sort());
      for (const key of view.keys) {
        expect(view.read(key).shape).toEqual(own.placed(key).shape);
        expect(differing(view.read(key).data, own.view(key)), key).toBe(0);
      }
      own.trainable.fill(0);
      expect(supernet.trainable[1]).toBe(1);
    }
  });

  it('adds its gradients to the elements it reads, and to nothing else', () => {
    for (const network of subnets(5, 'accumulate')) {
      const view = new SubnetView(supernet, network);
      const gradients = new Float32Array(supernet.trainable.length);
      const touched = new Map<number, number>();
      let next = 1;
      for (const key of view.keys.filter((name) => supernet.placed(name).trainable !== false)) {
        // A supernet's number is its position, so what is read tells where it came from.
        const positions = view.read(key).data;
        const gradient = Float32Array.from(positions, () => next++);
        positions.forEach((position, i) => touched.set(position, gradient[i]));
        view.accumulate(key, gradient, gradients);
        view.accumulate(key, gradient, gradients);
      }
      const expected = new Float32Array(gradients.length);
      for (const [position, value] of touched) expected[position] = 2 * value;
      expect(differing(gradients, expected)).toBe(0);
    }
  });

  it('refuses gradients of running statistics, unknown parameters, and networks that do not fit', () => {
    const view = new SubnetView(supernet, space.lower(space.smallest));
    const into = new Float32Array(supernet.trainable.length);
    expect(() => view.accumulate('stem.conv.conv.mean', new Float32Array(8), into)).toThrow('Running statistics "stem.conv.conv.mean" are not trained.');
    expect(() => view.read('stem.conv.nothing')).toThrow('The subnet has no parameter "stem.conv.nothing".');
    expect(() => new SubnetView(new Weights(space.lower(space.smallest)), space.lower(space.largest))).toThrow(RangeError);
  });
});

/** Elasticvit.md sections 3 and 9: first channels, the centre of kernels, the same offsets, and one role for each row. */
describe('what a subnet shares', () => {
  const supernet = numberedSupernet();
  const random = new Random('meaning');
  const views = [space.smallest, ...Array.from({ length: 8 }, () => space.sample(random))].map((arch) => new SubnetView(supernet, space.lower(arch)));
  const attentions = views.flatMap((view) => view.network.blocks.flatMap((block) => (block.type === 'attention' ? [{ view, block }] : [])));
  const large = (key: string) => ({ values: supernet.view(key), shape: supernet.placed(key).shape });

  it.each(['query', 'key', 'value'])('of %s weights: row r of any subnet is row r of the supernet, for the first channels', (role) => {
    for (const { view, block } of attentions) {
      const key = `${block.name}.${role}.weight`;
      const { shape, data } = view.read(key);
      const whole = large(key);
      expect(shape).toEqual([block.numHeads * block.headDim * (role === 'value' ? block.valueRatio : 1), block.input.channels, 1, 1]);
      const expected = Float32Array.from(data, (_, i) => at(whole.values, whole.shape, Math.floor(i / shape[1]), i % shape[1], 0, 0));
      expect(differing(data, expected), key).toBe(0);
    }
  });

  it('of position tables: the same signed offset and head', () => {
    let smaller = 0;
    for (const { view, block } of attentions) {
      const key = `${block.name}.relativePosition`;
      const { shape, data } = view.read(key);
      const whole = large(key);
      const [reach, wholeReach] = [(shape[0] - 1) / 2, (whole.shape[0] - 1) / 2];
      expect(reach).toBe(block.input.height - 1);
      if (reach < wholeReach) smaller++;
      for (let row = -reach; row <= reach; row++) {
        for (let column = -reach; column <= reach; column++) {
          for (let head = 0; head < shape[2]; head++) {
            expect(at(data, shape, row + reach, column + reach, head))
              .toBe(at(whole.values, whole.shape, row + wholeReach, column + wholeReach, head));
          }
        }
      }
    }
    expect(smaller).toBeGreaterThan(0);
  });

  it('of depthwise kernels: 3x3 is the centre of 5x5, for the first channels', () => {
    let centres = 0;
    for (const view of views) {
      for (const block of view.network.blocks) {
        if (block.type !== 'mbconv') continue;
        const key = `${block.name}.depthwise.weight`;
        const { shape, data } = view.read(key);
        const whole = large(key);
        const border = (whole.shape[2] - shape[2]) / 2;
        if (border === 1) centres++;
        const [size] = shape.slice(2);
        const expected = Float32Array.from(data, (_, i) =>
          at(whole.values, whole.shape, Math.floor(i / size ** 2), 0, Math.floor(i / size) % size + border, i % size + border));
        expect(differing(data, expected), key).toBe(0);
      }
    }
    expect(centres).toBeGreaterThan(0);
  });

  it('of layers: the first ones of each stage, under the same names', () => {
    for (const view of views) {
      const names = view.network.blocks.map(({ name }) => name);
      expect(supernetwork.blocks.map(({ name }) => name).filter((name) => names.includes(name))).toEqual(names);
      for (const name of names) {
        const numbered = /^(.*(?:layers|blocks))\.(\d+)(.*)$/.exec(name);
        if (numbered && Number(numbered[2]) > 0) expect(names).toContain(`${numbered[1]}.${Number(numbered[2]) - 1}${numbered[3]}`);
      }
    }
  });
});

describe('running a subnet', () => {
  let engine: Engine;
  beforeAll(async () => { engine = await startEngine('ort'); });
  const supernet = Weights.initialise(supernetwork, new Random('running'));

  it.each(['training', 'inference'] as const)('through slices gives exactly the logits of its own weights (%s)', (mode) => {
    for (const network of subnets(3, 'running').slice(0, 4)) {
      const view = new SubnetView(supernet, network);
      const own = view.extract();
      const images = normal(new Random('images'), [2, 3, network.resolution, network.resolution]);
      const logits = (parameter: (key: string) => { shape: readonly number[]; data: Float32Array }) => tf.tidy(() =>
        forward(engine, network, (key) => tensorOf(parameter(key)), tensorOf(images), { mode }).dataSync() as Float32Array);
      const sliced = logits((key) => view.read(key));
      expect([...sliced]).toEqual([...logits((key) => ({ shape: own.placed(key).shape, data: own.view(key) }))]);
      expect(sliced.every(Number.isFinite)).toBe(true);
    }
  });
});
