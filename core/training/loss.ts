/** What a loss says about a batch of logits. */
export interface LossResult {
  readonly loss: number;
  /** Softmax of the logits, [batch, classes]. */
  readonly probabilities: Float32Array;
  /** Of the loss with respect to the logits, [batch, classes]. */
  readonly gradient: Float32Array;
}

/**
 * Mean over the batch of the cross-entropy between target distributions and logits.
 * @param logits [batch, classes]
 * @param targets [batch, classes], each row summing to 1
 */
export function crossEntropy(logits: Float32Array, targets: Float32Array, classes: number): LossResult {
  const batch = logits.length / classes;
  const probabilities = new Float32Array(logits.length);
  const gradient = new Float32Array(logits.length);
  let loss = 0;
  for (let start = 0; start < logits.length; start += classes) {
    let largest = -Infinity;
    for (let i = start; i < start + classes; i++) largest = Math.max(largest, logits[i]);
    let sum = 0;
    for (let i = start; i < start + classes; i++) sum += Math.exp(logits[i] - largest);
    const logSum = largest + Math.log(sum);
    for (let i = start; i < start + classes; i++) {
      const logProbability = logits[i] - logSum;
      probabilities[i] = Math.exp(logProbability);
      gradient[i] = (Math.exp(logProbability) - targets[i]) / batch;
      loss -= targets[i] * logProbability / batch;
    }
  }
  return { loss, probabilities, gradient };
}

/** Targets from labels, [batch, classes]: 1 - smoothing on the label, the rest spread evenly (Szegedy et al. 2016). */
export function smoothedLabels(labels: ArrayLike<number>, classes: number, smoothing: number): Float32Array {
  const targets = new Float32Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) targets[i * classes + labels[i]] = 1;
  return smoothed(targets, classes, smoothing);
}

/** The same for images that belong to several classes. @param targets [batch, classes], each row summing to 1 */
export function smoothed(targets: Float32Array, classes: number, smoothing: number): Float32Array {
  return smoothing === 0 ? targets : targets.map((share) => (1 - smoothing) * share + smoothing / classes);
}
