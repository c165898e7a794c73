import type { EncoderMlpBlock } from '../../../network/blocks.ts';
import type { ExpectedOperation } from './flow.ts';
import { gaussianGelu } from './gaussianGelu.ts';
import type { Moments } from './moments.ts';
import { expectedNorm } from './norm.ts';
import { scaled, sizeOf, sum, weighted, type Products } from './products.ts';

/** What a normal variable's magnitude is on average, relative to its deviation. */
const normalMagnitude = Math.sqrt(2 / Math.PI);

export const mlp: ExpectedOperation<EncoderMlpBlock> = ({ moments, add }, block, tokens) => {
  const { channels } = tokens;
  const hidden = block.hiddenChannels;
  const [expand, project] = [moments['expand.weight'], moments['project.weight']];
  const norm = expectedNorm(tokens, block);
  const size = sizeOf(norm.products);
  const deviations = Float64Array.from({ length: size }, (_, i) => Math.sqrt(expand.variance * norm.products[i * size + i]));
  // After a norm all classes have nearly the same.
  const gelu = gaussianGelu(deviations.reduce((all, each) => all + each, 0) / size);
  const correlations = norm.products.map((product, i) =>
    expand.variance * product / (deviations[Math.floor(i / size)] * deviations[i % size]));
  const after = correlations.map((correlation) => hidden * gelu.product(correlation));
  return {
    tokens: {
      channels, means: tokens.means.map((mean) => mean + project.mean * hidden * gelu.mean),
      products: sum(tokens.products, scaled(after, channels * project.variance)),
    },
    backward(gradients) {
      const ofHidden = gradients.map((product, i) => hidden * project.variance * product * gelu.slopeProduct(correlations[i]));
      add('mlp', saliency(project, hidden, channels, after, gradients, gelu.meanMagnitude / Math.sqrt(gelu.product(1)))
        + saliency(expand, channels, hidden, norm.products, ofHidden, normalMagnitude));
      return sum(gradients, weighted(scaled(ofHidden, channels * expand.variance), norm.factors));
    },
  };
};

/**
 * Expected sum of |w_ij sum_c x_ci g_cj| over a layer, given the products of its inputs and of the gradients of its outputs.
 * @param magnitude of an input of one class, relative to its root mean square
 */
function saliency({ meanMagnitude }: Moments, inputs: number, outputs: number, x: Products, g: Products, magnitude: number): number {
  const size = sizeOf(x);
  const along = new Float64Array(size * size);
  for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) for (let k = 0; k < size; k++) along[i * size + j] += x[i * size + k] * g[k * size + j];
  let [trace, square] = [0, 0];
  for (let i = 0; i < size; i++) {
    trace += along[i * size + i];
    for (let j = 0; j < size; j++) square += along[i * size + j] * along[j * size + i];
  }
  if (!(trace > 0)) return 0;
  // Given the inputs the sum is normal; the more independent classes there are, the less its deviation varies with them.
  const independent = Math.max(1, trace * trace / square);
  const averaged = 1 - (1 - magnitude) / independent;
  return meanMagnitude * normalMagnitude * averaged * Math.sqrt(inputs * outputs * trace);
}
