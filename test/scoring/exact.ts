import { Random } from '../../core/base/random.ts';
import type { ForwardMode } from '../../core/model/forward.ts';
import type { ImageBatch } from '../../core/model/inference.ts';
import type { Weights } from '../../core/model/weights.ts';
import { vitNetwork } from '../../core/spaces/vit/network.ts';
import type { ExactTensor } from '../engine/exact.ts';
import { exactBackpropagation, type ExactTensors } from '../model/exactNetwork.ts';

/** Small enough for plain loops in double precision; wider values than heads and a rectangular MLP, so that no sides are mixed up. */
export const tinyVit = vitNetwork({ width: 6, depth: 2, numHeads: 2, headDim: 4, mlpRatio: 2.5, resolution: 8, patchSize: 4, classes: 3, normEpsilon: 1e-5 });

/** What a network is fed, in the form that loops in double precision read; `change` replaces numbers by their key. */
export function exactTensors(weights: Weights, images: ImageBatch, change = (_key: string, value: number) => value): ExactTensors {
  const tensors: Record<string, ExactTensor> = {
    images: { shape: [images.count, 3, images.size, images.size], data: Float64Array.from(images.pixels) },
  };
  for (const { key, shape } of weights.parameters.values()) {
    tensors[key] = { shape, data: Float64Array.from(weights.view(key), (value) => change(key, value)) };
  }
  return tensors;
}

/** Gradients of the sum of all logits, in double precision. */
export function gradientsOfSum({ network }: Weights, mode: ForwardMode, tensors: ExactTensors): Record<string, ArrayLike<number>> {
  return exactBackpropagation(network, mode, tensors, ({ shape, data }) => ({ shape, data: Array.from(data, () => 1) }));
}

/** Weights that hide nothing: biases at zero and norms at one would. */
export function roughen(weights: Weights, random: Random): Weights {
  for (const { key, init } of weights.parameters.values()) {
    if (init === 'zeros' || init === 'ones') weights.view(key).forEach((value, i, values) => { values[i] = value + 0.3 * random.normal(); });
  }
  // Of deviation 0.02, layers are hardly there.
  for (const { key, init } of weights.parameters.values()) {
    if (init === 'smallNormal') weights.view(key).forEach((value, i, values) => { values[i] = 20 * value; });
  }
  return weights;
}

/** Singular values by turning pairs of columns until all are orthogonal (Hestenes 1958). @param a rows of equal length */
export function singularValues(a: readonly (readonly number[])[]): number[] {
  const columns = a[0].map((_, j) => a.map((row) => row[j]));
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < columns.length; p++) {
      for (let q = p + 1; q < columns.length; q++) {
        const [alpha, beta, gamma] = [dot(columns[p], columns[p]), dot(columns[q], columns[q]), dot(columns[p], columns[q])];
        if (gamma === 0) continue;
        const zeta = (beta - alpha) / (2 * gamma);
        const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const [c, s] = [1 / Math.hypot(1, t), t / Math.hypot(1, t)];
        for (let i = 0; i < a.length; i++) {
          const [x, y] = [columns[p][i], columns[q][i]];
          columns[p][i] = c * x - s * y;
          columns[q][i] = s * x + c * y;
        }
      }
    }
  }
  return columns.map((column) => Math.sqrt(dot(column, column)));
}

/** The determinant by elimination with row exchanges. */
export function determinant(a: readonly (readonly number[])[]): number {
  const rows = a.map((row) => [...row]);
  let product = 1;
  for (let i = 0; i < rows.length; i++) {
    const pivot = rows.reduce((best, row, k) => (k >= i && Math.abs(row[i]) > Math.abs(rows[best][i]) ? k : best), i);
    if (pivot !== i) product = -product;
    [rows[i], rows[pivot]] = [rows[pivot], rows[i]];
    product *= rows[i][i];
    for (let k = i + 1; k < rows.length; k++) {
      const factor = rows[k][i] / rows[i][i];
      for (let j = i; j < rows.length; j++) rows[k][j] -= factor * rows[i][j];
    }
  }
  return product;
}
