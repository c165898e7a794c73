import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../engine/engine.ts';
import { forward } from './forward.ts';
import type { Weights } from './weights.ts';

/** Images of one batch, [count, 3, size, size] in row-major order. */
export interface ImageBatch {
  readonly count: number;
  readonly size: number;
  readonly pixels: Float32Array;
}

/** A tensor over the batch's pixels, which must not change while it lives. */
export function imageTensor(batch: ImageBatch): tf.Tensor {
  return tf.tensor(batch.pixels, [batch.count, 3, batch.size, batch.size]);
}

/** Logits of a network with weights and running statistics of its own, [count, classes]. */
export function logits(engine: Engine, weights: Weights, batch: ImageBatch): Float32Array {
  return tf.tidy(() => {
    const result = forward(engine, weights.network, weightTensors(weights), imageTensor(batch), { mode: 'inference' });
    return Float32Array.from(result.dataSync());
  });
}

/**
 * Sets the running statistics from training batches: each is the average over the batches of the batch's mean, and of
 * its (biased) variance. Supernets share weights but not statistics, so every subnet needs this before it is judged.
 */
export function calibrateBatchNorm(engine: Engine, weights: Weights, batches: Iterable<ImageBatch>): void {
  let count = 0;
  for (const batch of batches) {
    if (count++ === 0) weights.statistics.fill(0);
    tf.tidy(() => {
      forward(engine, weights.network, weightTensors(weights), imageTensor(batch), {
        mode: 'training',
        onStatistics(key, values) {
          const running = weights.view(key);
          for (let i = 0; i < running.length; i++) running[i] += (values[i] - running[i]) / count;
        },
      });
    });
  }
  if (count === 0) throw new RangeError('Calibration needs at least one batch.');
}

/** Share of images whose largest logit is the label's. */
export function accuracy(logits: Float32Array, labels: ArrayLike<number>): number {
  const classes = logits.length / labels.length;
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (logits[i * classes + c] > logits[i * classes + best]) best = c;
    if (best === labels[i]) right++;
  }
  return right / labels.length;
}

function weightTensors(weights: Weights): (key: string) => tf.Tensor {
  return (key) => {
    const { shape } = weights.placed(key);
    return tf.tensor(weights.view(key), [...shape]);
  };
}
