import { describe, expect, it } from 'vitest';
import { Random } from '../../../../core/base/random.ts';
import type { Engine } from '../../../../core/engine/engine.ts';
import { listEngines } from '../../../../core/engine/engines.ts';
import { chunksOf } from '../../../../core/engine/kernelCalls.ts';
import { flatParameters } from '../../../../core/engine/flatParameters.ts';
import { OrtEngine } from '../../../../core/engine/ort/engine.ts';
import { backpropagate } from '../../../../core/model/backpropagate.ts';
import { calibrateBatchNorm, logits } from '../../../../core/model/inference.ts';
import { SubnetView } from '../../../../core/model/subnet.ts';
import { layoutOf, Weights } from '../../../../core/model/weights.ts';
import { getSpace } from '../../../../core/spaces/index.ts';
import { crossEntropy, smoothedLabels } from '../../../../core/training/loss.ts';

const space = getSpace('elasticvit-mini');
const classes = 10;
const ort = (await listEngines()).find(({ id }) => id === 'ort')!;
const engineWith = (threads: number) => new OrtEngine({ ...ort, threads });

const largest = space.lower(space.largest, { classes, supernet: true });
const flat = flatParameters(layoutOf(largest).trainableLength);
const supernet = Weights.initialise(largest, new Random(1), flat.values);
const random = new Random('team');
const view = new SubnetView(supernet, space.lower(space.sample(random), { classes }));

function step(engine: Engine, batch: number): { loss: number; gradient: Float32Array } {
  const { network } = view;
  const { resolution } = network;
  const noise = new Random(`images of ${batch}`);
  const data = Float32Array.from({ length: batch * 3 * resolution * resolution }, () => noise.normal());
  const targets = smoothedLabels(Int32Array.from({ length: batch }, (_, i) => i % classes), classes, 0.1);
  flat.gradient.fill(0);
  let loss = NaN;
  backpropagate(engine, network, (key) => view.shareOf(key), { shape: [batch, 3, resolution, resolution], data },
    flat, (logits) => {
      const result = crossEntropy(logits, targets, classes);
      loss = result.loss;
      return result.gradient;
    });
  return { loss, gradient: flat.gradient.slice() };
}

/** Largest difference, relative to the largest number. */
function difference(a: Float32Array, b: Float32Array): number {
  let [most, scale] = [0, 0];
  a.forEach((value, i) => {
    most = Math.max(most, Math.abs(value - b[i]));
    scale = Math.max(scale, Math.abs(value));
  });
  return most / scale;
}

describe('a team of threads', () => {
  const alone = engineWith(1);
  const engines = new Map([2, 3].map((threads) => [threads, engineWith(threads)]));

  it.each([[2, 16], [2, 9], [3, 13], [3, 4]])('of %i computes the loss and gradient of one thread on %i images', (threads, batch) => {
    const expected = step(alone, batch);
    const found = step(engines.get(threads)!, batch);
    expect(found.loss).toBeCloseTo(expected.loss, 5);
    // Batch norms over the whole batch make every number depend on every image, so rounding spreads.
    expect(difference(expected.gradient, found.gradient)).toBeLessThan(1e-4);
  });

  it.each([[2, 16], [3, 13], [3, 5]])('of %i sets batch norms and computes logits as one thread does on %i images', (threads, batch) => {
    const { resolution } = view.network;
    const noise = new Random('forward');
    const images = { count: batch, size: resolution, pixels: Float32Array.from({ length: batch * 3 * resolution ** 2 }, () => noise.normal()) };
    const [expected, found] = [alone, engines.get(threads)!].map((engine) => {
      const weights = view.extract();
      calibrateBatchNorm(engine, weights, [images]);
      return { statistics: weights.statistics, logits: logits(engine, weights, images) };
    });
    expect(difference(expected.statistics, found.statistics)).toBeLessThan(1e-5);
    expect(difference(expected.logits, found.logits)).toBeLessThan(1e-4);
  });

  it('gives the same numbers every time', () => {
    const [first, second] = [step(engines.get(3)!, 13), step(engines.get(3)!, 13)];
    expect(second.gradient.every((value, i) => value === first.gradient[i])).toBe(true);
  });

  it('shares out kernels on shared memory', () => {
    const { memory, values, gradient } = flatParameters(1000);
    values.forEach((_, i) => { values[i] = i; });
    gradient.fill(0.5);
    const calls = chunksOf(0, 1000).concat(chunksOf(0, 0)).flatMap(({ offset, length }) => [0, 1, 2, 3].map((quarter) => ({
      kernel: 'add',
      parameters: [values, gradient, values].map(({ byteOffset }) => byteOffset + offset + quarter * length).concat(length / 4),
    })));
    engines.get(3)!.runKernels(memory, calls);
    values.forEach((value, i) => expect(value).toBe(i + 0.5));
  });

  it('passes on what went wrong with the loss, and works afterwards', () => {
    const engine = engines.get(2)!;
    const { network } = view;
    const data = new Float32Array(8 * 3 * network.resolution ** 2);
    expect(() => backpropagate(engine, network, (key) => view.shareOf(key),
      { shape: [8, 3, network.resolution, network.resolution], data }, flat,
      () => { throw new RangeError('No loss today.'); })).toThrow('No loss today.');
    expect(step(engine, 8).loss).toBeCloseTo(step(alone, 8).loss, 5);
  });
});
