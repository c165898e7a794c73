import * as tf from '@tensorflow/tfjs';
import { dot } from '../../base/dot.ts';
import { outputGradients } from '../../model/outputGradients.ts';
import type { FeatureDerivatives } from './curves.ts';

/** Points of one pass in the release. */
const pointsPerPass = 6;

/**
 * Reverse mode, as the release has it: for every feature one pass backward to the images, whose product with the images'
 * derivative is the feature's (asvit.md 3.2). For second derivatives the gradient's own tangent is carried along, in
 * place of differentiating the backward pass backward once more.
 */
export const reverseDerivatives: FeatureDerivatives = (engine, network, weights, { shape: [points, components, ...image], data }, order) => {
  const features = network.blocks.at(-1)!.output.channels;
  const length = image.reduce((size, dim) => size * dim, 1);
  const derivatives = new Float32Array(points * components * features).fill(NaN);
  for (let first = 0; first < points; first += pointsPerPass) {
    const count = Math.min(pointsPerPass, points - first);
    const component = (point: number, which: number) => data.subarray(((first + point) * components + which) * length, ((first + point) * components + which + 1) * length);
    const stacked = (which: number) => tf.stack(Array.from({ length: count }, (_, point) => tf.tensor(component(point, which), image)));
    tf.tidy(() => {
      const images = { value: stacked(0), ...(order === 2 && { first: stacked(1) }) };
      const parameter = (key: string) => tf.tensor(weights.view(key), [...weights.placed(key).shape]);
      outputGradients(engine, network, parameter, images, 'inference', (feature, gradient) => {
        const [slope, bend] = [gradient.value, gradient.first].map((tensor) => tensor?.dataSync() as Float32Array | undefined);
        for (let point = 0; point < count; point++) {
          const along = (values: Float32Array | undefined, which: number) =>
            (values ? dot(values.subarray(point * length, (point + 1) * length), component(point, which)) : 0);
          const at = (first + point) * components * features + feature;
          derivatives[at + features] = along(slope, 1);
          if (order === 2) derivatives[at + 2 * features] = along(bend, 1) + along(slope, 2);
        }
      });
    });
  }
  return derivatives;
};
