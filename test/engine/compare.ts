import * as tf from '@tensorflow/tfjs';
import type { Random } from '../../core/base/random.ts';
import type { Engine, EngineId } from '../../core/engine/engine.ts';
import { startEngine } from '../../core/engine/engines.ts';
import type { Graph } from '../../core/graph/graph.ts';
import { sizeOf } from './exact.ts';

export interface HostValue {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

export type Feeds = Readonly<Record<string, HostValue>>;

export interface GraphRun {
  readonly output: Float32Array;
  readonly statistics: Readonly<Record<string, Float32Array>>;
  /** Of sum(output * weights), for each name asked for. */
  readonly gradients: Readonly<Record<string, Float32Array>>;
}

/** The engine under test and the reference, in this order. */
export const bothEngines = (): Promise<[Engine, Engine]> => withReference('ort');

export async function withReference(id: EngineId): Promise<[Engine, Engine]> {
  return [await startEngine(id), await startEngine('js')];
}

/** Runs a graph forward and backward on an engine's own tfjs backend, leaving no tensor behind. */
export async function runGraph(engine: Engine, graph: Graph, feeds: Feeds, weights: HostValue, wrt: readonly string[]): Promise<GraphRun> {
  await tf.setBackend(engine.backend);
  const statistics: Record<string, Float32Array> = {};
  return tf.tidy(() => {
    const tensors: Record<string, tf.Tensor> = {};
    for (const [name, value] of Object.entries(feeds)) tensors[name] = tensorOf(value);
    const { value, grads } = tf.valueAndGrads((...given: tf.Tensor[]) => {
      const all = { ...tensors, ...Object.fromEntries(wrt.map((name, i) => [name, given[i]])) };
      return engine.apply(graph, all, { wrt, onStatistics: (found) => Object.assign(statistics, found) });
    })(wrt.map((name) => tensors[name]), tensorOf(weights));
    return {
      output: Float32Array.from(value.dataSync()), statistics,
      gradients: Object.fromEntries(wrt.map((name, i) => [name, Float32Array.from(grads[i].dataSync())])),
    };
  });
}

/** The result alone, without recording for gradients. */
export async function runForward(engine: Engine, graph: Graph, feeds: Feeds): Promise<Float32Array> {
  await tf.setBackend(engine.backend);
  return tf.tidy(() => {
    const tensors = Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, tensorOf(value)]));
    return Float32Array.from(engine.apply(graph, tensors).dataSync());
  });
}

export function tensorOf({ shape, data }: HostValue): tf.Tensor {
  return tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32');
}

/** Standard normal values, shifted and scaled. */
export function normal(random: Random, shape: readonly number[], mean = 0, deviation = 1): HostValue {
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => mean + deviation * random.normal()) };
}

/** Largest difference, relative to the largest expected magnitude (and to `floor`, when that is larger). */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>, floor = 0): number {
  if (actual.length !== expected.length) return Infinity;
  let difference = 0;
  let scale = floor;
  for (let i = 0; i < expected.length; i++) {
    const here = Math.abs(actual[i] - expected[i]);
    if (Number.isNaN(here)) return Infinity;
    difference = Math.max(difference, here);
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return difference === 0 ? 0 : difference / scale;
}
