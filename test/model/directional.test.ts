import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import type { Order } from '../../core/graph/tangent.ts';
import { directionalDerivatives, type Jet } from '../../core/model/directional.ts';
import type { ForwardMode } from '../../core/model/forward.ts';
import { hessianVectorProduct } from '../../core/model/hessian.ts';
import { layoutOf } from '../../core/model/weights.ts';
import type { Network } from '../../core/network/network.ts';
import { vitNetwork } from '../../core/spaces/vit/network.ts';
import { smoothedLabels } from '../../core/training/loss.ts';
import { crossEntropyAlong } from '../../core/training/lossAlong.ts';
import { bothEngines, normal, relativeDifference, tensorOf, type HostValue } from '../engine/compare.ts';
import { attentionBlock, convBlock, ffnBlock, mbConvBlock, pooledHeadBlock } from './blockCases.ts';
import { exactGradients, exactLogits, type ExactTensors } from './exactNetwork.ts';

const classes = 5;
const hybrid: Network = {
  space: 'test', resolution: 9, classes,
  blocks: [
    convBlock({ kernelSize: 3, stride: 2, size: 9 }),
    mbConvBlock({ kernelSize: 3, stride: 2, size: 5, squeeze: true, expand: true, outputs: 6 }),
    attentionBlock({ numHeads: 2, headDim: 3, valueRatio: 2, size: 3, normAxes: 'channels' }),
    ffnBlock({ channels: 6, mlpRatio: 2, size: 3, normAxes: 'tokens-and-channels' }),
    pooledHeadBlock({ channels: 6, size: 3, classes }),
  ],
};
const vit = vitNetwork({ resolution: 8, patchSize: 4, width: 6, depth: 2, numHeads: 2, mlpRatio: 2, classes });
const networks = [['hybrid', hybrid], ['vision transformer', vit]] as const;
const batch = 3;

type Values = Readonly<Record<string, HostValue>>;

/** Images and parameters of the size that they have in trained networks, none of them special. */
function randomValues(network: Network, random: Random): Values {
  const values: Record<string, HostValue> = { images: normal(random, [batch, 3, network.resolution, network.resolution]) };
  for (const { key, shape } of layoutOf(network).parameters.values()) {
    const fanIn = shape.length === 4 ? shape[1] * shape[2] * shape[3] : shape[0];
    if (key.endsWith('.variance')) values[key] = { shape, data: normal(random, shape).data.map((v) => 0.5 + Math.abs(v)) };
    else if (key.endsWith('.scale')) values[key] = normal(random, shape, 1, 0.3);
    else values[key] = normal(random, shape, key.endsWith('squeeze.bias') ? 1 : 0, key.endsWith('.weight') ? 1.5 / Math.sqrt(fanIn) : 0.3);
  }
  return values;
}

const directionOf = (values: Values, keys: readonly string[], random: Random): Values =>
  Object.fromEntries(keys.map((key) => [key, normal(random, values[key].shape)]));

const trainable = (network: Network) =>
  [...layoutOf(network).parameters.values()].filter((parameter) => parameter.trainable !== false).map(({ key }) => key);

/** Where everything is at a time: x + t v + t^2 / 2 a. */
function movedBy(time: number, values: Values, first: Values, second: Values = {}): ExactTensors {
  return Object.fromEntries(Object.entries(values).map(([key, { shape, data }]) => [key, {
    shape, data: Float64Array.from(data, (x, i) => x + time * (first[key]?.data[i] ?? 0) + time ** 2 / 2 * (second[key]?.data[i] ?? 0)),
  }]));
}

const jetsOf = (values: Values, first: Values, second: Values = {}) => (key: string): Jet => ({
  value: tensorOf(values[key]), ...(first[key] && { first: tensorOf(first[key]) }), ...(second[key] && { second: tensorOf(second[key]) }),
});

interface Derivatives {
  readonly value: Float32Array;
  readonly first?: Float32Array;
  readonly second?: Float32Array;
}

/** On an engine, which is left with no more tensors than before. */
async function derivativesOn(engine: Engine, network: Network, mode: ForwardMode, order: Order, values: Values, first: Values, second?: Values): Promise<Derivatives> {
  await tf.setBackend(engine.backend);
  const before = tf.memory().numTensors;
  const found: { -readonly [K in keyof Derivatives]?: Float32Array } = {};
  tf.tidy(() => {
    const jet = jetsOf(values, first, second);
    const { value, first: slope, second: bend } = directionalDerivatives(engine, network, jet, jet('images'), { mode, order });
    found.value = value.dataSync() as Float32Array;
    if (slope) found.first = slope.dataSync() as Float32Array;
    if (bend) found.second = bend.dataSync() as Float32Array;
  });
  expect(tf.memory().numTensors).toBe(before);
  return found as Derivatives;
}

const difference = (a: ArrayLike<number>, b: ArrayLike<number>, divisor: number) => Float64Array.from(a, (value, i) => (value - b[i]) / divisor);
/** Of central differences; second differences need a wider one. */
const step = 1e-6;
const wide = 2e-5;

const targets = smoothedLabels([1, 4, 0], classes, 0.1);

/** Products and gradients by key. */
async function productsOn(engine: Engine, network: Network, mode: ForwardMode, values: Values, direction: Values): Promise<Record<'products' | 'gradients', Record<string, Float32Array>>> {
  await tf.setBackend(engine.backend);
  const before = tf.memory().numTensors;
  const found = { products: {} as Record<string, Float32Array>, gradients: {} as Record<string, Float32Array> };
  tf.tidy(() => {
    const jet = jetsOf(values, direction);
    hessianVectorProduct(engine, network, jet, jet('images'), {
      mode, gradientAt: (logits, tangent) => crossEntropyAlong(logits, tangent, targets, classes),
      onProduct: (key, gradient, product) => { found.gradients[key] = gradient.slice(); found.products[key] = product.slice(); },
    });
  });
  expect(tf.memory().numTensors).toBe(before);
  return found;
}

const largest = (values: ArrayLike<number>) => Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

let engines: readonly Engine[];
beforeAll(async () => { engines = await bothEngines(); });

describe.each(networks)('derivatives of a %s along a curve', (label, network) => {
  describe.each(['training', 'inference'] as const)('in %s', (mode) => {
    it.each([['images', false], ['images and weights', true]] as const)('agree with differences in double precision when %s move', async (_, weightsMove) => {
      const random = new Random(`${label} ${mode} ${weightsMove} directional`);
      const values = randomValues(network, random);
      const first = directionOf(values, weightsMove ? ['images', ...trainable(network)] : ['images'], random);
      const second = directionOf(values, ['images'], random);
      const at = (time: number) => exactLogits(network, mode, movedBy(time, values, first, second));
      const here = at(0);
      const slope = difference(at(step), at(-step), 2 * step);
      const bend = difference(difference(at(wide), here, wide), difference(here, at(-wide), wide), wide);
      for (const engine of engines) {
        const found = await derivativesOn(engine, network, mode, 2, values, first, second);
        expect(relativeDifference(found.value, here), `${engine.info.id} logits`).toBeLessThan(1e-4);
        expect(relativeDifference(found.first!, slope), `${engine.info.id} first`).toBeLessThan(1e-4);
        expect(relativeDifference(found.second!, bend), `${engine.info.id} second`).toBeLessThan(1e-4);
        const once = await derivativesOn(engine, network, mode, 1, values, first, second);
        expect(relativeDifference(once.first!, found.first!), `${engine.info.id} first alone`).toBeLessThan(1e-5);
        expect(once.second).toBeUndefined();
      }
    });
  });

  it('are absent where nothing moves', async () => {
    const values = randomValues(network, new Random('still'));
    expect(Object.keys(await derivativesOn(engines[0], network, 'inference', 2, values, {}))).toEqual(['value']);
  });
});

describe.each(networks)('Hessian-vector products of a %s', (label, network) => {
  it.each(['training', 'inference'] as const)('agree in %s with differences of gradients in double precision', async (mode) => {
    const random = new Random(`${label} ${mode} hessian`);
    const values = randomValues(network, random);
    const keys = trainable(network);
    const direction = directionOf(values, keys, random);
    const at = (time: number) => exactGradients(network, mode, movedBy(time, values, direction), targets);
    const [before, here, after] = [at(-step), at(0), at(step)];
    const expected = Object.fromEntries(keys.map((key) => [key, difference(after[key], before[key], 2 * step)]));
    const floors = [here, expected].map((of) => 1e-2 * Math.max(...keys.map((key) => largest(of[key]))));
    for (const engine of engines) {
      const { products, gradients } = await productsOn(engine, network, mode, values, direction);
      expect(Object.keys(products).sort()).toEqual([...keys].sort());
      for (const key of keys) {
        expect(relativeDifference(gradients[key], here[key], floors[0]), `${engine.info.id} gradient of ${key}`).toBeLessThan(1e-4);
        expect(relativeDifference(products[key], expected[key], floors[1]), `${engine.info.id} product for ${key}`).toBeLessThan(1e-4);
      }
    }
  });

  it('are symmetric: u\'Hv = v\'Hu', async () => {
    const random = new Random(`${label} symmetry`);
    const values = randomValues(network, random);
    const keys = trainable(network);
    const [u, v] = [directionOf(values, keys, random), directionOf(values, keys, random)];
    const [ofU, ofV] = [await productsOn(engines[0], network, 'training', values, u), await productsOn(engines[0], network, 'training', values, v)];
    let [vHu, uHv, squares] = [0, 0, 0];
    for (const key of keys) {
      ofU.products[key].forEach((product, i) => {
        const [one, other] = [v[key].data[i] * product, u[key].data[i] * ofV.products[key][i]];
        vHu += one;
        uHv += other;
        squares += one ** 2 + other ** 2;
      });
    }
    expect(Math.abs(vHu - uHv)).toBeLessThan(1e-4 * Math.sqrt(squares));
  });

  it('take a direction in a few of the parameters, and are zero without one', async () => {
    const random = new Random(`${label} few`);
    const values = randomValues(network, random);
    const keys = trainable(network);
    const one = directionOf(values, [keys[keys.length >> 1]], random);
    const zeros = Object.fromEntries(keys.map((key) => [key, { shape: values[key].shape, data: new Float32Array(values[key].data.length) }]));
    const [few, all, none] = await Promise.all([one, { ...zeros, ...one }, {}].map((direction) => productsOn(engines[0], network, 'training', values, direction)));
    const floor = 1e-2 * Math.max(...keys.map((key) => largest(all.products[key])));
    for (const key of keys) {
      expect(relativeDifference(few.products[key], all.products[key], floor), key).toBeLessThan(1e-4);
      expect(largest(none.products[key]), key).toBe(0);
    }
  });
});
