import { expect, it } from 'vitest';
import { crossEntropy, smoothedLabels } from '../../core/training/loss.ts';

it('equals the cross-entropy of PyTorch with label smoothing', () => {
  const logits = Float32Array.of(1, 2, -1, 0.5, 0, 3);
  const targets = smoothedLabels([1, 0], 3, 0.1);
  // torch.nn.functional.cross_entropy(logits, [1, 0], label_smoothing=0.1), PyTorch 2.13.
  expect(crossEntropy(logits, targets, 3).loss).toBeCloseTo(1.519776, 6);
});

it('gives targets that sum to one', () => {
  const targets = smoothedLabels([2], 4, 0.2);
  expect([...targets].map((t) => t.toFixed(3))).toEqual(['0.050', '0.050', '0.850', '0.050']);
});

it('comes with the probabilities and with its own gradient', () => {
  const logits = Float32Array.of(1, 2, -1, 0.5, 0, 300);
  const targets = smoothedLabels([1, 0], 3, 0.1);
  const { probabilities, gradient, loss } = crossEntropy(logits, targets, 3);
  [0, 3].forEach((row) => expect(probabilities[row] + probabilities[row + 1] + probabilities[row + 2]).toBeCloseTo(1, 6));
  logits.forEach((_, i) => {
    const moved = logits.slice();
    moved[i] += 0.125;
    const slope = (crossEntropy(moved, targets, 3).loss - loss) / 0.125;
    moved[i] -= 0.25;
    const back = (loss - crossEntropy(moved, targets, 3).loss) / 0.125;
    expect((slope + back) / 2).toBeCloseTo(gradient[i], 3);
  });
});
