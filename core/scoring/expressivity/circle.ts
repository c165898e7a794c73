import { dot } from '../../base/dot.ts';
import type { Random } from '../../base/random.ts';
import { sharedFloats } from '../../base/sharedMemory.ts';
import type { ChainInput } from '../../engine/engine.ts';
import type { Order } from '../../graph/tangent.ts';

/** Two orthonormal vectors. */
export type Plane = readonly [Float64Array, Float64Array];

/** The plane of two random vectors of normal numbers, spanned by their matrix's left singular vectors (asvit.md 3.2). */
export function randomPlane(length: number, random: Random): Plane {
  const columns = [new Float32Array(length), new Float32Array(length)];
  for (const column of columns) random.fillNormal(column);
  const [a, b] = columns;
  const [aa, ab, bb] = [dot(a, a), dot(a, b), dot(b, b)];
  // Right singular vectors are those of the 2 x 2 matrix of products: a rotation.
  const turn = Math.atan2(2 * ab, aa - bb) / 2;
  const [cosine, sine] = [Math.cos(turn), Math.sin(turn)];
  return [combined(a, cosine, b, sine), combined(a, -sine, b, cosine)];
}

function combined(a: Float32Array, ofA: number, b: Float32Array, ofB: number): Float64Array {
  const sum = Float64Array.from(a, (value, i) => ofA * value + ofB * b[i]);
  const norm = Math.sqrt(dot(sum, sum));
  return sum.map((value) => value / norm);
}

/** A point of a sum over the circle: angle in radians, and how often it counts. */
export interface CirclePoint {
  readonly angle: number;
  readonly weight: number;
}

/**
 * Angles evenly spread from 0 to 2 pi with both ends, as released: the ends are one point that counts twice.
 * @param count with the last one, which is not among those returned
 */
export function evenPoints(count: number): CirclePoint[] {
  return Array.from({ length: count - 1 }, (_, i) => ({ angle: 2 * Math.PI * i / (count - 1), weight: i === 0 ? 2 : 1 }));
}

/** Angles drawn uniformly, each for its share of the integral over the circle, as the paper has it. */
export function randomPoints(count: number, random: Random): CirclePoint[] {
  return Array.from({ length: count }, () => ({ angle: 2 * Math.PI * random.uniform(), weight: 2 * Math.PI / count }));
}

/**
 * Images on a circle, r (u0 cos t + u1 sin t), each with its derivatives by the angle behind it.
 * @param size height and width of an image, whose numbers the plane's vectors have
 * @returns [points, 1 + order, 3, size, size], in memory that threads share
 */
export function circleImages([u0, u1]: Plane, points: readonly CirclePoint[], radius: number, size: number, order: Order): ChainInput {
  const { length } = u0;
  const components = 1 + order;
  const data = sharedFloats(points.length * components * length);
  for (const [p, { angle }] of points.entries()) {
    for (let component = 0; component < components; component++) {
      // Each derivative is a quarter turn further.
      const [along, across] = [Math.cos, Math.sin].map((wave) => radius * wave(angle + component * Math.PI / 2));
      const start = (p * components + component) * length;
      for (let i = 0; i < length; i++) data[start + i] = along * u0[i] + across * u1[i];
    }
  }
  return { shape: [points.length, components, 3, size, size], data };
}
