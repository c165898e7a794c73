import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../../core/base/random.ts';
import type { Engine } from '../../../../core/engine/engine.ts';
import { startEngine } from '../../../../core/engine/engines.ts';
import { backpropagate } from '../../../../core/model/backpropagate.ts';
import { SubnetView } from '../../../../core/model/subnet.ts';
import { layoutOf, Weights } from '../../../../core/model/weights.ts';
import type { Network } from '../../../../core/network/network.ts';
import { crossEntropy, smoothedLabels } from '../../../../core/training/loss.ts';
import { CoordinateSample } from '../../../../core/training/supernet/conflict/coordinateSample.ts';
import { gradientCosines, type SampledGradient } from '../../../../core/training/supernet/conflict/cosines.ts';
import { measureConflict, meanPairCosine } from '../../../../core/training/supernet/conflict/measure.ts';
import { SubnetGradients } from '../../../../core/training/supernet/conflict/subnetGradients.ts';
import { MicroBatch } from '../../../../core/training/supernet/microBatches.ts';
import { patchEmbedBlock } from '../../../model/blockCases.ts';
import { classes, noiseBatch, randomWeights, supernet, tinyNetwork } from './tinySupernet.ts';

describe('the cosine of gradients', () => {
  it('looks at shared weights alone, takes norms there too, and has a sign', () => {
    const gradient = (places: number[], values: number[]): SampledGradient => ({ places: Uint32Array.from(places), values: Float32Array.from(values) });
    // On places 1 and 2: (3, 4) and (4, 3) have cosine 24/25; (3) and (-2) on place 1 alone have -1; the rest is far larger.
    const [a, b, c, d] = [gradient([0, 1, 2], [90, 3, 4]), gradient([1, 2, 3], [4, 3, 70]), gradient([1, 4], [-2, 50]), gradient([4], [7])];
    const cosines = gradientCosines([a, b, c, d], 5);
    expect(cosines[0][1]).toBeCloseTo(24 / 25, 12);
    expect(cosines[0][2]).toBe(-1);
    expect(cosines[0][3]).toBeNaN();
    expect(cosines[2][3]).toBe(1);
    cosines.forEach((row, i) => {
      expect(row[i]).toBe(1);
      row.forEach((value, j) => expect(cosines[j][i]).toBe(value));
    });
  });
});

describe('gradients of subnets', () => {
  let js: Engine;
  let ort: Engine;
  beforeAll(async () => {
    js = await startEngine('js');
    ort = await startEngine('ort', { threads: 2 });
  });

  it('agree with gradients in the whole supernet, compared number by number under masks', () => {
    const networks = [supernet, tinyNetwork(3, 3), tinyNetwork(4, 3), tinyNetwork(2, 5)];
    const weights = randomWeights(supernet);
    const batch = noiseBatch(6);
    const whole = networks.map((network) => wholeGradient(js, weights, network, batch));
    const masks = networks.map((network) => maskOf(weights, network));
    for (const [engine, digits] of [[js, 6], [ort, 4]] as const) {
      const gradients = new SubnetGradients({ engine, weights, classes });
      const cosines = gradientCosines(networks.map((network) => gradients.of(network, batch)), gradients.sample.places);
      networks.forEach((_, i) => networks.forEach((__, j) => {
        expect(cosines[i][j]).toBeCloseTo(maskedCosine(whole[i], whole[j], masks[i], masks[j]), digits);
      }));
      expect(cosines[0][1]).toBeLessThan(0.999);
    }
  });

  it('are those of a linear model in closed form', () => {
    const network: Network = {
      space: 'linear', resolution: 4, classes, blocks: [
        patchEmbedBlock({ channels: 2, patchSize: 4, rows: 1, columns: 1, classToken: false, positions: false }),
        { type: 'tokenHead', name: 'head', pool: 'mean', norm: false, classes, input: { channels: 2, height: 1, width: 1 }, output: { channels: classes, height: 1, width: 1 } } as Network['blocks'][number],
      ],
    };
    const weights = randomWeights(network);
    const batch = noiseBatch(5, 4);
    const { values } = new SubnetGradients({ engine: js, weights, classes }).of(network, batch);
    // Logits are C' (P' x + b) + d; with e = softmax - target, the gradient at C is the mean of (P' x + b) e', that at d the mean of e.
    const embed = [...weights.parameters.values()].filter(({ key }) => key.startsWith('patchEmbed'));
    const [kernel, bias] = [embed.find(({ shape }) => shape.length > 1)!, embed.find(({ shape }) => shape.length === 1)!];
    const [P, b, C, d] = [kernel.key, bias.key, 'head.classifier.weight', 'head.classifier.bias'].map((key) => weights.view(key));
    const atC = new Float64Array(2 * classes);
    const atD = new Float64Array(classes);
    const isRowsOfOutputs = kernel.shape[0] === 2;
    for (let n = 0; n < 5; n++) {
      const x = batch.at(4).subarray(n * 48, (n + 1) * 48);
      const hidden = [0, 1].map((k) => b[k] + x.reduce((sum, value, i) => sum + value * P[isRowsOfOutputs ? k * 48 + i : i * 2 + k], 0));
      const logits = Float32Array.from({ length: classes }, (_, c) => d[c] + hidden[0] * C[c] + hidden[1] * C[classes + c]);
      const exps = logits.map(Math.exp);
      const sum = exps.reduce((total, value) => total + value, 0);
      for (let c = 0; c < classes; c++) {
        const error = (exps[c] / sum - batch.targets[n * classes + c]) / 5;
        atD[c] += error;
        for (const k of [0, 1]) atC[k * classes + c] += hidden[k] * error;
      }
    }
    const at = (key: string) => values.subarray(weights.placed(key).offset, weights.placed(key).offset + weights.placed(key).length);
    at('head.classifier.weight').forEach((value, i) => expect(value).toBeCloseTo(atC[i], 5));
    at('head.classifier.bias').forEach((value, i) => expect(value).toBeCloseTo(atD[i], 5));
  });

  it('point in opposite ways for opposite labels', () => {
    // With zero weights in the last layer all answers are one half, and the error of one label is minus that of the other.
    const network = { ...supernet, classes: 2, blocks: supernet.blocks.map((block) => block.type === 'pooledHead' ? { ...block, classes: 2, output: { ...block.output, channels: 2 } } : block) };
    const weights = randomWeights(network);
    const last = [...weights.parameters.values()].filter(({ shape, trainable }) => trainable !== false && shape.at(-1) === 2 && shape.length === 2).at(-1)!;
    weights.view(last).fill(0);
    const images = Float32Array.from(noiseBatch(4).at(8));
    const gradients = new SubnetGradients({ engine: js, weights, classes: 2 });
    const both = [[0, 1, 1, 1], [1, 0, 0, 0]].map((labels) =>
      gradients.of(network, new MicroBatch({ images, labels: Int32Array.from(labels), imageSize: 8 }, 0, 4, { classes: 2, labelSmoothing: 0 })));
    expect(gradientCosines(both, gradients.sample.places)[0][1]).toBeCloseTo(-1, 6);
  });

  it('are NaN altogether when a loss is none', () => {
    const weights = randomWeights(supernet);
    weights.trainable.fill(NaN);
    const gradients = new SubnetGradients({ engine: js, weights, classes });
    const conflict = measureConflict(gradients, [[[supernet, tinyNetwork(3, 3)]]], [noiseBatch(4)]);
    expect(conflict.cosine).toEqual([[NaN]]);
  });

  it('leave the supernet as it is', () => {
    const weights = randomWeights(supernet);
    const before = [weights.trainable.slice(), weights.statistics.slice()];
    new SubnetGradients({ engine: js, weights, classes }).of(tinyNetwork(3, 3), noiseBatch(4));
    expect([weights.trainable, weights.statistics]).toEqual(before);
  });

  it('are averaged over pairs of subnets, with their standard error', () => {
    const weights = randomWeights(supernet);
    const gradients = new SubnetGradients({ engine: js, weights, classes });
    const batches = [noiseBatch(4), noiseBatch(4, 8, 'others')];
    const pairs = [[[tinyNetwork(2, 3), tinyNetwork(3, 3)], [tinyNetwork(2, 5), tinyNetwork(3, 5)]], [[supernet, tinyNetwork(4, 3)], [tinyNetwork(4, 3), supernet]]] as const;
    const [first, second, both] = [[0], [1], [0, 1]].map((which) =>
      measureConflict(gradients, pairs.map((own) => which.map((i) => own[i])), which.map((i) => batches[i])));
    const [x, y] = [first.cosine[0][1], second.cosine[0][1]];
    expect(both.cosine[0][1]).toBeCloseTo((x + y) / 2, 6);
    expect(both.cosine[1][0]).toBe(both.cosine[0][1]);
    // Of two numbers: half their distance.
    expect(both.standardError![0][1]).toBeCloseTo(Math.abs(x - y) / 2, 6);
    expect(first.standardError).toBeUndefined();
    expect(first.cosine[0][0]).toBeCloseTo(meanPairCosine(gradients, [pairs[0][0]], batches), 6);
  });
});

describe('a sample of a supernet\'s parameters', () => {
  it('takes each as often as any other', () => {
    const taken = new Float64Array(1000);
    const draws = 4000;
    for (let seed = 0; seed < draws; seed++) {
      const sample = new CoordinateSample([{ offset: 0, length: 1000 }], 150, new Random(seed), 0);
      for (const place of takeAll(sample, [[0, 1000]], Float32Array.from({ length: 1000 }, (_, i) => i)).values) taken[Math.round(place / Math.sqrt(7))]++;
    }
    // A stride of 7: each with probability 1/7; five standard deviations.
    const expected = draws / 7;
    for (const count of taken) expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected * 6 / 7));
  });

  it('finds the same parameters whatever runs they come in', () => {
    const sample = new CoordinateSample([{ offset: 0, length: 1000 }], 150, new Random('any'), 0);
    const numbers = Float32Array.from({ length: 1000 }, (_, i) => i);
    const inRuns = takeAll(sample, Array.from({ length: 100 }, (_, i) => [10 * i, 10 * i + 10]), numbers);
    expect(inRuns).toEqual(takeAll(sample, [[0, 1000]], numbers));
    expect(sample.places).toBe(143);
  });

  it('has small parameters whole, and sums of products right on average', () => {
    const random = new Random('numbers');
    const numbers = Float32Array.from({ length: 300 }, () => random.normal());
    const squares = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
    let mean = 0;
    for (let seed = 0; seed < 2000; seed++) {
      const sample = new CoordinateSample([{ offset: 0, length: 20 }, { offset: 20, length: 280 }], 90, new Random(seed), 50);
      const [places, values] = [new Uint32Array(sample.places), new Float32Array(sample.places)];
      const small = sample.take(0, 0, 20, numbers, 0, places, values, 0);
      expect(values.slice(0, small)).toEqual(numbers.slice(0, 20));
      const end = sample.take(20, 0, 280, numbers, 20, places, values, small);
      expect(end).toBe(90);
      mean += squares(values.slice(0, end)) / 2000;
    }
    // A draw's sum of 70 numbers, each for four: its deviation is below 4 sqrt(2 x 70) = 47, and that of the mean of 2,000 is 1.1.
    expect(Math.abs(mean - squares(numbers))).toBeLessThan(5);
  });

  it('gives about the cosine of all parameters', () => {
    const random = new Random('vectors');
    const a = Float32Array.from({ length: 100_000 }, () => random.normal());
    const b = a.map((value) => 0.5 * value + random.normal());
    const sample = new CoordinateSample([{ offset: 0, length: a.length }], 10_000, new Random('sample'));
    const cosineOf = (of: CoordinateSample) => gradientCosines([a, b].map((values) => takeAll(of, [[0, values.length]], values)), of.places)[0][1];
    // 0.5 / sqrt(1.25); the standard error of a correlation of 10,000 numbers is (1 - r^2) / 100 = 0.008.
    expect(cosineOf(new CoordinateSample([{ offset: 0, length: a.length }], a.length, random))).toBeCloseTo(0.5 / Math.sqrt(1.25), 1);
    expect(Math.abs(cosineOf(sample) - 0.5 / Math.sqrt(1.25))).toBeLessThan(0.03);
  });
});

function takeAll(sample: CoordinateSample, runs: readonly (readonly number[])[], numbers: Float32Array): SampledGradient {
  const places = new Uint32Array(sample.places);
  const values = new Float32Array(sample.places);
  let count = 0;
  for (const [start, end] of runs) count = sample.take(0, start, end, numbers, start, places, values, count);
  return { places: places.slice(0, count), values: values.slice(0, count) };
}

/** As the trainer takes it: added to a buffer laid out like the supernet. */
function wholeGradient(engine: Engine, weights: Weights, network: Network, batch: MicroBatch): Float32Array {
  const gradient = new Float32Array(weights.trainable.length);
  const view = new SubnetView(weights, network);
  const { resolution } = network;
  const images = { shape: [batch.count, 3, resolution, resolution], data: batch.at(resolution) };
  backpropagate(engine, network, (key) => view.shareOf(key), images, { values: weights.trainable, gradient }, (logits) =>
    crossEntropy(logits, smoothedLabels(batch.labels, classes, 0.1), classes).gradient);
  return gradient;
}

/** Which of the supernet's trainable numbers a subnet has: index by index, the first along each axis or those in the centre. */
function maskOf(weights: Weights, network: Network): Uint8Array {
  const mask = new Uint8Array(weights.trainable.length);
  for (const [key, { shape: small, trainable }] of layoutOf(network).parameters) {
    if (trainable === false) continue;
    const { shape: large, offset, length, slice } = weights.placed(key);
    for (let i = 0; i < length; i++) {
      let [rest, inside] = [i, true];
      for (let axis = large.length - 1; axis >= 0; axis--) {
        const index = rest % large[axis];
        rest = Math.floor(rest / large[axis]);
        const begin = slice?.[axis] === 'centre' ? (large[axis] - small[axis]) / 2 : 0;
        inside &&= index >= begin && index < begin + small[axis];
      }
      if (inside) mask[offset + i] = 1;
    }
  }
  return mask;
}

function maskedCosine(a: Float32Array, b: Float32Array, inA: Uint8Array, inB: Uint8Array): number {
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    if (!inA[i] || !inB[i]) continue;
    product += a[i] * b[i];
    squaresA += a[i] ** 2;
    squaresB += b[i] ** 2;
  }
  return product / Math.sqrt(squaresA * squaresB);
}
