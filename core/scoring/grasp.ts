import * as tf from '@tensorflow/tfjs';
import { dot } from '../base/dot.ts';
import { hessianVectorProduct } from '../model/hessian.ts';
import { networkMacs } from '../network/counts.ts';
import type { Network } from '../network/network.ts';
import { smoothedLabels } from '../training/loss.ts';
import { crossEntropyAlong } from '../training/lossAlong.ts';
import { noiseBatch } from './defaultInputs.ts';
import { imagesPerPass } from './gradients.ts';
import { lossGradients } from './lossGradients.ts';
import type { ProxyResult, ScoringContext } from './proxy.ts';
import { weightKeys } from './saliency.ts';

/** Images of one pass, at most. */
const mostPerPass = 4;
/** Every value is kept with its tangent. */
const valuesKept = 2;

/** Forward, values and their tangents are one product and two; backward, gradients and theirs two and four. */
const productsPerMac = 9;

/**
 * GraSP (Wang et al. 2020, equation 8) as a score of networks: the sum of -w (H g) over the weights of all linear layers and
 * convolutions, with g the gradient of the mean cross-entropy and H its Hessian, both over these weights. The product is exact.
 */
export function grasp(network: Network, context: ScoringContext): ProxyResult {
  const { engine } = context;
  const weights = context.weightsOf(network);
  const batch = context.batchFor(network, noiseBatch);
  const { classes, resolution } = network;
  const first = lossGradients(network, context);
  const direction = new Map(weightKeys(network).map((key) => [key, first.gradient(key).slice()]));
  let sum = 0;
  const imageLength = 3 * resolution ** 2;
  const perPass = imagesPerPass(weights, { most: mostPerPass, values: valuesKept });
  for (let start = 0; start < batch.count; start += perPass) {
    const count = Math.min(perPass, batch.count - start);
    const targets = smoothedLabels(batch.labels.subarray(start, start + count), classes, 0);
    tf.tidy(() => {
      const parameters = (key: string) => {
        const { shape } = weights.placed(key);
        const moves = direction.get(key);
        return { value: tf.tensor(weights.view(key), [...shape]), ...(moves && { first: tf.tensor(moves, [...shape]) }) };
      };
      const pixels = batch.pixels.subarray(start * imageLength, (start + count) * imageLength);
      const images = { value: tf.tensor(pixels, [count, 3, resolution, resolution]) };
      hessianVectorProduct(engine, network, parameters, images, {
        mode: 'training',
        gradientAt: (logits, tangent) => crossEntropyAlong(logits, tangent, targets, classes),
        onProduct(key, _, product) {
          if (direction.has(key)) sum -= dot(weights.view(key), product) * count / batch.count;
        },
      });
    });
  }
  return { value: sum, macs: first.macs + batch.count * productsPerMac * networkMacs(network) };
}
