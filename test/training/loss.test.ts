import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { crossEntropy, smoothedLabels } from '../../core/training/loss.ts';

it('equals the cross-entropy of PyTorch with label smoothing', () => {
  const logits = tf.tensor2d([[1, 2, -1], [0.5, 0, 3]]);
  const targets = tf.tensor2d(smoothedLabels([1, 0], 3, 0.1), [2, 3]);
  // torch.nn.functional.cross_entropy(logits, [1, 0], label_smoothing=0.1), PyTorch 2.13.
  expect(crossEntropy(logits, targets).dataSync()[0]).toBeCloseTo(1.519776, 5);
});

it('gives targets that sum to one', () => {
  const targets = smoothedLabels([2], 4, 0.2);
  expect([...targets].map((t) => t.toFixed(3))).toEqual(['0.050', '0.050', '0.850', '0.050']);
});
