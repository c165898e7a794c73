import { crossEntropy } from './loss.ts';

/**
 * The gradient of the mean cross-entropy over the batch, and its derivative when the logits move along a tangent: the
 * product of the loss's Hessian at the logits, (diag(p) - p p') / batch for each image with probabilities p, and the
 * tangent.
 *
 * @param logits [batch, classes]
 * @param tangent [batch, classes]
 * @param targets [batch, classes], each row summing to 1
 */
export function crossEntropyAlong(
  logits: Float32Array, tangent: Float32Array, targets: Float32Array, classes: number,
): { gradient: Float32Array; tangent: Float32Array } {
  const batch = logits.length / classes;
  const { probabilities, gradient } = crossEntropy(logits, targets, classes);
  const product = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    let average = 0;
    for (let i = start; i < start + classes; i++) average += probabilities[i] * tangent[i];
    for (let i = start; i < start + classes; i++) product[i] = probabilities[i] * (tangent[i] - average) / batch;
  }
  return { gradient, tangent: product };
}
