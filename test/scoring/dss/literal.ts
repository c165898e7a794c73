import type { Weights } from '../../../core/model/weights.ts';
import type { Network } from '../../../core/network/network.ts';
import type { DssTerms, WeightSigns } from '../../../core/scoring/dss/terms.ts';
import { exactBackpropagation } from '../../model/exactNetwork.ts';

/**
 * The terms of the DSS-indicator from their definition (Zhou et al. 2022, equations 3 to 6): every token of an image of ones
 * forward and backward in double precision, every gradient as a matrix, every singular value by rotations.
 */
export function literalTerms(network: Network, weights: Weights, signs: WeightSigns): DssTerms {
  const read = (key: string): Float64Array => {
    const absolute = signs === 'absolute' || key.endsWith('.classToken') || key.endsWith('.position');
    return Float64Array.from(weights.view(key), (value) => (absolute ? Math.abs(value) : value));
  };
  const parameters = Object.fromEntries([...weights.parameters.values()].map(({ key, shape }) => [key, { shape, data: read(key) }]));
  const shape = [1, 3, network.resolution, network.resolution];
  const images = { shape, data: new Float64Array(3 * network.resolution ** 2).fill(1) };
  const gradients = exactBackpropagation(network, 'inference', { ...parameters, images },
    ({ shape: logits }) => ({ shape: logits, data: new Float64Array(network.classes).fill(1) }));
  const nuclear = (names: readonly string[], from: (key: string) => ArrayLike<number>) => {
    const [inputs] = weights.placed(names[0]).shape;
    return nuclearNormByRotations(names.flatMap((name) => columnsOf(from(name), inputs)));
  };
  const diversity = (names: readonly string[]) => nuclear(names, read) * nuclear(names, (key) => gradients[key]);
  const saliency = (name: string) => read(name).reduce((sum, value, i) => sum + Math.abs(value * gradients[name][i]), 0);
  const terms = { qkv: 0, project: 0, mlp: 0 };
  for (const { name } of network.blocks) {
    if (weights.parameters.has(`${name}.query.weight`)) {
      terms.qkv += diversity(['query', 'key', 'value'].map((part) => `${name}.${part}.weight`));
      terms.project += diversity([`${name}.project.weight`]);
    } else if (weights.parameters.has(`${name}.expand.weight`)) {
      terms.mlp += saliency(`${name}.expand.weight`) + saliency(`${name}.project.weight`);
    }
  }
  return terms;
}

/** A matrix [rows, columns], as columns. */
function columnsOf(matrix: ArrayLike<number>, rows: number): Float64Array[] {
  const width = matrix.length / rows;
  return Array.from({ length: width }, (_, j) => Float64Array.from({ length: rows }, (__, i) => matrix[i * width + j]));
}

/** The sum of singular values by one-sided Jacobi rotations (Hestenes 1958) of the columns. */
export function nuclearNormByRotations(columns: readonly Float64Array[]): number {
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  for (let sweep = 0, largest = 1; sweep < 40 && largest > 1e-13; sweep++) {
    largest = 0;
    for (let i = 1; i < columns.length; i++) {
      for (let j = 0; j < i; j++) {
        const [a, b] = [columns[i], columns[j]];
        const [alpha, beta, gamma] = [dot(a, a), dot(b, b), dot(a, b)];
        if (gamma === 0 || alpha * beta === 0) continue;
        largest = Math.max(largest, Math.abs(gamma) / Math.sqrt(alpha * beta));
        const zeta = (beta - alpha) / (2 * gamma);
        const tangent = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const cosine = 1 / Math.hypot(1, tangent);
        for (let k = 0; k < a.length; k++) [a[k], b[k]] = [cosine * (a[k] - tangent * b[k]), cosine * (tangent * a[k] + b[k])];
      }
    }
  }
  return columns.reduce((sum, column) => sum + Math.sqrt(dot(column, column)), 0);
}
