import * as tf from '@tensorflow/tfjs';
import { EnvironmentError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import { withBatchStatistics } from '../../graph/batchNorm.ts';
import { blockGraph, blockParameters, blockTables } from '../../network/blockGraph.ts';
import type { Block } from '../../network/blocks.ts';
import type { Engine } from '../engine.ts';
import { InterpretingEngine } from '../interpreter.ts';
import { backendName } from './load.ts';
import type { TensorflowPackage } from './package.ts';
import { probeHere, type ProbeResult } from './probe.ts';

export interface CheckResult extends ProbeResult {
  /** Largest difference of a gradient from the js engine's, relative to the largest gradient of its parameter. */
  readonly gradientDifference: number;
  /** Largest relative difference of the loss over the steps. */
  readonly lossDifference: number;
  readonly steps: number;
}

const steps = 5;
const learningRate = 0.05;
/** What the project asks of every engine. */
const tolerance = 1e-4;

/** @throws EnvironmentError `tensorflow-disagrees` */
export function requireAgreement({ version, gradientDifference, lossDifference }: CheckResult): void {
  if (gradientDifference <= tolerance && lossDifference <= tolerance) return;
  throw new EnvironmentError('tensorflow-disagrees', `TensorFlow ${version} loads but computes something else than the js engine: `
    + `gradients differ by ${gradientDifference.toExponential(1)}, losses by ${lossDifference.toExponential(1)} (at most ${tolerance} is rounding). `
    + 'Use another release of TensorFlow, or the ort engine.');
}

/** Trains a small network of convolutions and attention on TensorFlow, loaded into this process, and on the js engine. */
export async function checkHere(installed: TensorflowPackage): Promise<CheckResult> {
  const found = probeHere(installed);
  const info = { version: '', device: '', threads: 1, available: true } as const;
  const actual = await train(new InterpretingEngine({ ...info, id: 'tensorflow' }, backendName));
  const expected = await train(new InterpretingEngine({ ...info, id: 'js' }, 'cpu'));
  const difference = (a: ArrayLike<number>, b: ArrayLike<number>) => {
    let largest = 0;
    let scale = Number.MIN_VALUE;
    for (let i = 0; i < b.length; i++) {
      // A NaN must not pass as no difference.
      largest = Math.max(largest, Number.isFinite(a[i]) ? Math.abs(a[i] - b[i]) : Infinity);
      scale = Math.max(scale, Math.abs(b[i]));
    }
    return largest / scale;
  };
  // Some gradients are zero but for rounding (that of a bias before a batch norm), so all parameters share one scale.
  return {
    ...found, steps,
    gradientDifference: difference(actual.gradient, expected.gradient), lossDifference: difference(actual.losses, expected.losses),
  };
}

interface Training {
  /** Of all parameters at the first step. */
  readonly gradient: readonly number[];
  readonly losses: readonly number[];
}

async function train(engine: Engine): Promise<Training> {
  await tf.setBackend(engine.backend);
  const random = new Random('tensorflow check');
  const normal = (shape: readonly number[], mean: number, deviation: number) =>
    tf.tensor(Float32Array.from({ length: shape.reduce((size, dim) => size * dim, 1) }, () => mean + deviation * random.normal()), [...shape]);
  const layers = blocks().map((block) => {
    const graph = withBatchStatistics(blockGraph(block));
    const parameters = blockParameters(block).filter(({ name }) => graph.parameters.includes(name));
    const tables = Object.entries(blockTables(block)).map(([name, { shape, data }]) => [name, tf.tensor(data, shape, 'int32')] as const);
    return { graph, parameters, tables };
  });
  let parameters = layers.flatMap(({ parameters: own }) => own.map(({ shape, init }) => normal(shape, init === 'ones' ? 1 : 0, 0.2)));
  const images = normal([4, 3, 16, 16], 0, 1);
  const target = normal([4, 5], 0, 1);
  const lossOf = (...given: tf.Tensor[]) => {
    let result: tf.Tensor = images;
    let used = 0;
    for (const { graph, parameters: own, tables } of layers) {
      const feeds = Object.fromEntries([...own.map(({ name }) => [name, given[used++]] as const), ...tables]);
      result = engine.apply(graph, { ...feeds, [graph.inputs[0]]: result });
    }
    return tf.mean(tf.squaredDifference(result, target)) as tf.Scalar;
  };
  let gradient: number[] = [];
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const { value, grads } = tf.valueAndGrads(lossOf)(parameters);
    losses.push(value.dataSync()[0]);
    if (step === 0) gradient = grads.flatMap((each) => [...each.dataSync()]);
    parameters = parameters.map((each, i) => tf.sub(each, tf.mul(grads[i], learningRate)));
  }
  return { gradient, losses };
}

/** A network of every kind of layer whose kernels an engine must get right. */
function blocks(): Block[] {
  const map = (channels: number, size: number) => ({ channels, height: size, width: size });
  return [
    { type: 'conv', name: 'stem', kernelSize: 3, stride: 2, input: map(3, 16), output: map(8, 8) },
    {
      type: 'mbconv', name: 'mbconv', role: 'stage', kernelSize: 5, stride: 2, expandRatio: 2, hiddenChannels: 16, squeezeChannels: 4,
      input: map(8, 8), output: map(16, 4),
    },
    { type: 'attention', name: 'attention', numHeads: 2, headDim: 8, valueRatio: 2, normAxes: 'channels', input: map(16, 4), output: map(16, 4) },
    { type: 'ffn', name: 'ffn', mlpRatio: 2, hiddenChannels: 32, normAxes: 'channels', input: map(16, 4), output: map(16, 4) },
    { type: 'pooledHead', name: 'head', hiddenChannels: 32, features: 24, classes: 5, input: map(16, 4), output: map(5, 1) },
  ];
}
