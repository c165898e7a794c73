import type { LatencyInterval } from '../problem.ts';
import type { SearchSpace } from '../../spaces/space.ts';

/** What the objective's value is predicted from. */
export interface FeatureMaker<A> {
  /** Each dimension's place among its values and the logarithm of each device's latency, all from 0 to 1. */
  scaled(arch: A, latencies: readonly LatencyInterval[]): Float64Array;
  /** One number for each value of each dimension: 1 for the architecture's own, otherwise 0; then the log latencies. */
  oneHot(scaled: Float64Array): Float64Array;
  /** The scaled features, their squares and their products of two. */
  quadratic(scaled: Float64Array): Float64Array;
}

/**
 * @param ends latencies of the space's smallest and largest architecture, between which logarithms are scaled
 */
export function featureMaker<A>(
  space: SearchSpace<A>, ends: readonly [readonly LatencyInterval[], readonly LatencyInterval[]],
): FeatureMaker<A> {
  const places = space.dimensions.map(({ values }) => new Map(values.map((value, place) => [value, place])));
  const sizes = places.map(({ size }) => size);
  const [low, high] = ends.map((latencies) => latencies.map(({ latencyMs }) => Math.log(latencyMs)));
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
  const oneHotCount = sizes.reduce((sum, size) => sum + size, 0);
  return {
    scaled(arch, latencies) {
      const features = new Float64Array(sizes.length + low.length);
      for (const [i, value] of space.coordinates(arch).entries()) {
        features[i] = sizes[i] > 1 ? (places[i].get(value) ?? NaN) / (sizes[i] - 1) : 0;
      }
      for (let device = 0; device < low.length; device++) {
        const span = high[device] - low[device];
        features[sizes.length + device] = span > 0 ? (Math.log(latencies[device].latencyMs) - low[device]) / span : 0;
      }
      return features;
    },
    oneHot(scaled) {
      const features = new Float64Array(oneHotCount + low.length);
      for (const [i, size] of sizes.entries()) features[starts[i] + Math.round(scaled[i] * (size - 1))] = 1;
      features.set(scaled.subarray(sizes.length), oneHotCount);
      return features;
    },
    quadratic(scaled) {
      const d = scaled.length;
      const features = new Float64Array(d + (d * (d + 1)) / 2);
      features.set(scaled);
      for (let i = 0, at = d; i < d; i++) for (let j = 0; j <= i; j++) features[at++] = scaled[i] * scaled[j];
      return features;
    },
  };
}
