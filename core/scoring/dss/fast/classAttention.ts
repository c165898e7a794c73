import type { ClassAttention } from '../classes/windows.ts';
import type { RelativeVectors } from './relativeVectors.ts';

/** Matrices [input classes, heads x headDim] of one network's queries, keys and values. */
export interface Projections {
  readonly query: Float32Array;
  readonly key: Float32Array;
  readonly value: Float32Array;
}

export interface Heads {
  readonly numHeads: number;
  readonly headDim: number;
  /** Added to keys and values of each pair of classes. */
  readonly relative?: RelativeVectors;
}

/**
 * Attention weights [heads, output classes, input classes] of a token of each class on all tokens of each class together: a
 * softmax in which a class counts as often as the token sees it.
 */
export function classWeights({ query, key }: Projections, { origin, seen }: ClassAttention, { numHeads, headDim, relative }: Heads): Float64Array {
  const inner = numHeads * headDim;
  const count = key.length / inner;
  const weights = new Float64Array(numHeads * seen.length);
  const scale = 1 / Math.sqrt(headDim);
  for (let row = 0, at = 0; row < numHeads * origin.length; row++, at += count) {
    const [first, i] = [Math.floor(row / origin.length) * headDim, row % origin.length];
    const queryAt = origin[i] * inner + first;
    let largest = -Infinity;
    for (let j = 0; j < count; j++) {
      if (seen[i * count + j] === 0) continue;
      const position = relative ? dot(query, queryAt, relative.key, (i * count + j) * headDim, headDim) : 0;
      weights[at + j] = scale * (dot(query, queryAt, key, j * inner + first, headDim) + position);
      largest = Math.max(largest, weights[at + j]);
    }
    let total = 0;
    for (let j = 0; j < count; j++) total += weights[at + j] = seen[i * count + j] * Math.exp(Math.min(0, weights[at + j] - largest));
    for (let j = 0; j < count; j++) weights[at + j] /= total;
  }
  return weights;
}

/** into[i] = sum_j weights[i, j] value[j] for each head. */
export function mixClasses(weights: Float64Array, value: Float32Array, into: Float32Array, { numHeads, headDim, relative }: Heads): void {
  const inner = numHeads * headDim;
  const [made, count] = [into.length / inner, value.length / inner];
  into.fill(0);
  for (let row = 0, at = 0; row < numHeads * made; row++, at += count) {
    const [first, i] = [Math.floor(row / made) * headDim, row % made];
    for (let j = 0; j < count; j++) {
      addScaled(weights[at + j], value, j * inner + first, into, i * inner + first, headDim);
      if (relative) addScaled(weights[at + j], relative.value, (i * count + j) * headDim, into, i * inner + first, headDim);
    }
  }
}

/** Gradients of queries, keys and values, from that of the mixed values. All are sums over a class's tokens. */
export function mixGradient(
  weights: Float64Array, { query, key, value }: Projections, gradient: Float32Array, into: Projections,
  { origin }: ClassAttention, { numHeads, headDim, relative }: Heads,
): void {
  const inner = numHeads * headDim;
  const count = key.length / inner;
  const scale = 1 / Math.sqrt(headDim);
  for (const values of [into.query, into.key, into.value]) values.fill(0);
  const ofWeights = new Float64Array(count);
  for (let row = 0, at = 0; row < numHeads * origin.length; row++, at += count) {
    const [first, i] = [Math.floor(row / origin.length) * headDim, row % origin.length];
    const [mixedAt, queryAt] = [i * inner + first, origin[i] * inner + first];
    let along = 0;
    for (let j = 0; j < count; j++) {
      const position = relative ? dot(gradient, mixedAt, relative.value, (i * count + j) * headDim, headDim) : 0;
      ofWeights[j] = dot(gradient, mixedAt, value, j * inner + first, headDim) + position;
      along += weights[at + j] * ofWeights[j];
    }
    for (let j = 0; j < count; j++) {
      if (weights[at + j] === 0) continue;
      const ofLogit = scale * weights[at + j] * (ofWeights[j] - along);
      addScaled(weights[at + j], gradient, mixedAt, into.value, j * inner + first, headDim);
      addScaled(ofLogit, key, j * inner + first, into.query, queryAt, headDim);
      addScaled(ofLogit, query, queryAt, into.key, j * inner + first, headDim);
      if (relative) addScaled(ofLogit, relative.key, (i * count + j) * headDim, into.query, queryAt, headDim);
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
