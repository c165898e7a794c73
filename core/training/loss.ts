import * as tf from '@tensorflow/tfjs';

/**
 * Mean over the batch of the cross-entropy between target distributions and logits.
 * @param logits [batch, classes]
 * @param targets [batch, classes], each row summing to 1
 */
export function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1))));
}

/** Targets from labels, [batch, classes]: 1 - smoothing on the label, the rest spread evenly (Szegedy et al. 2016). */
export function smoothedLabels(labels: ArrayLike<number>, classes: number, smoothing: number): Float32Array {
  const targets = new Float32Array(labels.length * classes).fill(smoothing / classes);
  for (let i = 0; i < labels.length; i++) targets[i * classes + labels[i]] += 1 - smoothing;
  return targets;
}
