import type { TokenClasses } from '../classes/tokenClasses.ts';
import type { RelativeVectors } from './relativeVectors.ts';

/** Matrices [classes, heads x headDim] of one network's queries, keys and values. */
export interface Projections {
  readonly query: Float32Array;
  readonly key: Float32Array;
  readonly value: Float32Array;
}

interface Heads {
  readonly numHeads: number;
  readonly headDim: number;
  /** Added to keys and values of each pair of classes. */
  readonly relative?: RelativeVectors;
}

/**
 * Attention weights [heads, classes, classes] of a token of each class on all tokens of each class together: a softmax in
 * which a class counts as often as it has tokens.
 */
export function classWeights({ query, key }: Projections, { counts }: TokenClasses, { numHeads, headDim, relative }: Heads): Float64Array {
  const count = counts.length;
  const inner = numHeads * headDim;
  const weights = new Float64Array(numHeads * count * count);
  const scale = 1 / Math.sqrt(headDim);
  for (let row = 0, at = 0; row < numHeads * count; row++, at += count) {
    const [first, i] = [Math.floor(row / count) * headDim, row % count];
    let largest = -Infinity;
    for (let j = 0; j < count; j++) {
      const position = relative ? dot(query, i * inner + first, relative.key, (i * count + j) * headDim, headDim) : 0;
      weights[at + j] = scale * (dot(query, i * inner + first, key, j * inner + first, headDim) + position);
      largest = Math.max(largest, weights[at + j]);
    }
    let total = 0;
    for (let j = 0; j < count; j++) total += weights[at + j] = counts[j] * Math.exp(weights[at + j] - largest);
    for (let j = 0; j < count; j++) weights[at + j] /= total;
  }
  return weights;
}

/** into[i] = sum_j weights[i, j] value[j] for each head. */
export function mixClasses(weights: Float64Array, value: Float32Array, into: Float32Array, { numHeads, headDim, relative }: Heads): void {
  const inner = numHeads * headDim;
  const count = value.length / inner;
  into.fill(0);
  for (let row = 0, at = 0; row < numHeads * count; row++, at += count) {
    const [first, i] = [Math.floor(row / count) * headDim, row % count];
    for (let j = 0; j < count; j++) {
      addScaled(weights[at + j], value, j * inner + first, into, i * inner + first, headDim);
      if (relative) addScaled(weights[at + j], relative.value, (i * count + j) * headDim, into, i * inner + first, headDim);
    }
  }
}

/** Gradients of queries, keys and values, from that of the mixed values. All are sums over a class's tokens. */
export function mixGradient(
  weights: Float64Array, projections: Projections, gradient: Float32Array, into: Projections, heads: Heads,
): void {
  const { numHeads, headDim, relative } = heads;
  const inner = numHeads * headDim;
  const count = gradient.length / inner;
  const scale = 1 / Math.sqrt(headDim);
  const { query, key, value } = projections;
  for (const values of [into.query, into.key, into.value]) values.fill(0);
  const ofWeights = new Float64Array(count);
  for (let row = 0, at = 0; row < numHeads * count; row++, at += count) {
    const [first, i] = [Math.floor(row / count) * headDim, row % count];
    let along = 0;
    for (let j = 0; j < count; j++) {
      const position = relative ? dot(gradient, i * inner + first, relative.value, (i * count + j) * headDim, headDim) : 0;
      ofWeights[j] = dot(gradient, i * inner + first, value, j * inner + first, headDim) + position;
      along += weights[at + j] * ofWeights[j];
    }
    for (let j = 0; j < count; j++) {
      const ofLogit = scale * weights[at + j] * (ofWeights[j] - along);
      addScaled(weights[at + j], gradient, i * inner + first, into.value, j * inner + first, headDim);
      addScaled(ofLogit, key, j * inner + first, into.query, i * inner + first, headDim);
      if (relative) addScaled(ofLogit, relative.key, (i * count + j) * headDim, into.query, i * inner + first, headDim);
      addScaled(ofLogit, query, i * inner + first, into.key, j * inner + first, headDim);
    }
  }
}

type Floats = Float32Array | Float64Array;

function dot(a: Float32Array, aStart: number, b: Floats, bStart: number, length: number): number {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += a[aStart + k] * b[bStart + k];
  return sum;
}

function addScaled(factor: number, x: Floats, xStart: number, y: Float32Array, yStart: number, length: number): void {
  for (let k = 0; k < length; k++) y[yStart + k] += factor * x[xStart + k];
}
