import { Tensor } from 'onnxruntime-common';
import { EnvironmentError, messageOf } from '../base/errors.ts';
import type { Engine } from '../engine/engine.ts';
import { createSession, loadOrt, type SessionOptions } from '../engine/ort/binding.ts';
import { logits, type ImageBatch } from '../model/inference.ts';
import type { Weights } from '../model/weights.ts';
import { inputName, outputName } from './onnx.ts';

/** How far a file in ONNX Runtime is from the network it was made of. */
export interface Agreement {
  /** Largest difference of a logit. */
  readonly maxAbsDiff: number;
  /** The same relative to the largest logit of the network. */
  readonly relativeDiff: number;
}

/**
 * Runs an exported file in ONNX Runtime, as its users will, and the network on an engine, both on the same images.
 * @param where name of the file, for messages
 * @throws EnvironmentError `export-refused` when ONNX Runtime cannot run the file, `export-not-finite` when the network
 * itself yields no numbers, `ort-missing` when there is no ONNX Runtime
 */
export function compareWithEngine(bytes: Uint8Array, weights: Weights, engine: Engine, batches: readonly ImageBatch[], where: string): Agreement {
  const expected = batches.map((images) => logits(engine, weights, images));
  if (!expected.every((values) => values.every(Number.isFinite))) {
    throw new EnvironmentError('export-not-finite', `${where}: on random images the network's outputs are not finite numbers, so its weights or its `
      + 'batch norms are broken. Nothing was written.');
  }
  return agreement(expected, runOnnx(bytes, batches, where));
}

/** How far lists of values are from those that they should be. */
export function agreement(expected: readonly Float32Array[], actual: readonly Float32Array[]): Agreement {
  let maxAbsDiff = 0;
  let scale = 0;
  expected.forEach((values, batch) => values.forEach((value, i) => {
    const difference = Math.abs(value - actual[batch][i]);
    maxAbsDiff = Math.max(maxAbsDiff, Number.isNaN(difference) ? Infinity : difference);
    scale = Math.max(scale, Math.abs(value));
  }));
  return { maxAbsDiff, relativeDiff: scale === 0 ? maxAbsDiff : maxAbsDiff / scale };
}

/** Logits of an exported file in ONNX Runtime at its default settings, for each batch [count, classes]. */
export function runOnnx(bytes: Uint8Array, batches: readonly ImageBatch[], where: string): Float32Array[] {
  const feeds = batches.map(({ pixels, count, size }) => ({ values: pixels, shape: [count, 3, size, size] }));
  return runFile(bytes, { input: inputName, output: outputName }, feeds, where);
}

/** What one run of a file is given. */
export interface Feed {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/**
 * What an exported file of one input and one output gives in ONNX Runtime, at its default settings unless an optimiser's level is given, for each feed.
 * @throws as `withFile`
 */
export function runFile(
  bytes: Uint8Array, ends: { input: string; output: string }, feeds: readonly Feed[], where: string, optimization?: SessionOptions['optimization'],
): Float32Array[] {
  return withFile(bytes, ends, where, (run) => feeds.map(run), optimization);
}

/** Has a file of one output run in ONNX Runtime. @throws as `withFileOutputs` */
export function withFile<T>(
  bytes: Uint8Array, ends: { input: string; output: string }, where: string, use: (run: (feed: Feed) => Float32Array) => T, optimization?: SessionOptions['optimization'],
): T {
  return withFileOutputs(bytes, { input: ends.input, outputs: [ends.output] }, where, (run) => use((feed) => run(feed)[0]), optimization);
}

/**
 * Has a file run in ONNX Runtime; a run gives the values of the outputs in their order.
 * @param where name of the file, for messages
 * @throws EnvironmentError `export-refused`, `ort-missing`
 */
export function withFileOutputs<T>(
  bytes: Uint8Array, ends: { input: string; outputs: readonly string[] }, where: string, use: (run: (feed: Feed) => Float32Array[]) => T,
  optimization?: SessionOptions['optimization'],
): T {
  loadOrt();
  const attempt = <R>(step: () => R): R => {
    try {
      return step();
    } catch (cause) {
      throw new EnvironmentError('export-refused', `${where}: ONNX Runtime cannot run the exported network (${messageOf(cause)}). `
        + 'Nothing was written; please report this.', { cause });
    }
  };
  const session = attempt(() => createSession(bytes, { threads: 1, optimization }));
  const wanted = Object.fromEntries(ends.outputs.map((name) => [name, null]));
  try {
    return use(({ values, shape }) => attempt(() => {
      const given = session.run({ [ends.input]: new Tensor('float32', values, shape) }, wanted, {});
      return ends.outputs.map((name) => Float32Array.from(given[name].data as Float32Array));
    }));
  } finally {
    session.dispose();
  }
}
