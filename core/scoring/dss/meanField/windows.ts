import type { DepthwisePoolBlock, PatchMergingBlock } from '../../../network/blocks.ts';
import type { ExpectedOperation, Tokens } from './flow.ts';
import { expectedNorm } from './norm.ts';
import { scaled, weighted } from './products.ts';

/** Products per channel of tokens as they are, means included; those beyond the map (-1) are zero. */
function rawProduct({ channels, means, products }: Tokens, i: number, j: number): number {
  return i < 0 || j < 0 ? 0 : products[i * means.length + j] / channels + means[i] * means[j];
}

/** A depthwise convolution of the map's classes, and one linear layer on the tokens in front. */
export const depthwisePool: ExpectedOperation<DepthwisePoolBlock> = ({ moments, input, output, taps }, block, tokens) => {
  const { channels } = block.output;
  const { front } = output;
  const size = output.counts.length;
  const weight = moments['depthwise.weight'];
  const means = new Float64Array(size);
  const products = new Float64Array(size * size);
  const ofFront = front > 0 ? moments['token.weight'] : weight;
  for (let i = 0; i < front; i++) {
    means[i] = ofFront.mean * tokens.channels * tokens.means[i];
    for (let j = 0; j < front; j++) products[i * size + j] = channels * ofFront.variance * tokens.channels * rawProduct(tokens, i, j);
  }
  taps!.forEach((own, i) => {
    means[front + i] = weight.mean * own.reduce((sum, row) => sum + (row < 0 ? 0 : tokens.means[row]), 0);
  });
  taps!.forEach((own, i) => taps!.forEach((other, j) => {
    let [same, all] = [0, 0];
    own.forEach((row, tap) => {
      same += rawProduct(tokens, row, other[tap]);
      if (weight.mean !== 0) other.forEach((column) => { all += rawProduct(tokens, row, column); });
    });
    const raw = weight.variance * same + weight.mean ** 2 * all;
    products[(front + i) * size + front + j] = channels * (raw - means[front + i] * means[front + j]);
  }));
  return {
    tokens: { channels, means, products },
    backward(gradients) {
      const rows = input.counts.length;
      const result = new Float64Array(rows * rows);
      for (let i = 0; i < front; i++) for (let j = 0; j < front; j++) result[i * rows + j] = tokens.channels * ofFront.variance * gradients[i * size + j];
      taps!.forEach((own, i) => taps!.forEach((other, j) => {
        const gradient = gradients[(front + i) * size + front + j];
        own.forEach((row, tap) => {
          if (row < 0) return;
          if (other[tap] >= 0) result[row * rows + other[tap]] += weight.variance * gradient;
          if (weight.mean !== 0) other.forEach((column) => { if (column >= 0) result[row * rows + column] += weight.mean ** 2 * gradient; });
        });
      }));
      return result;
    },
  };
};

/** The classes that a window sees side by side, a norm, a linear layer. */
export const patchMerging: ExpectedOperation<PatchMergingBlock> = ({ moments, input, taps }, block, tokens) => {
  const { channels } = block.output;
  const places = block.kernelSize ** 2;
  const length = places * tokens.channels;
  const size = taps!.length;
  const weight = moments['reduce.weight'];
  const windowMeans = Float64Array.from(taps!, (own) => own.reduce((sum, row) => sum + (row < 0 ? 0 : tokens.means[row]), 0) / places);
  const centred = new Float64Array(size * size);
  taps!.forEach((own, i) => taps!.forEach((other, j) => {
    const raw = tokens.channels * own.reduce((sum, row, tap) => sum + rawProduct(tokens, row, other[tap]), 0);
    centred[i * size + j] = raw - (block.withoutNorm ? 0 : length * windowMeans[i] * windowMeans[j]);
  }));
  const norm = expectedNorm({ channels: length, means: windowMeans, products: centred }, block);
  const means = windowMeans.map((mean) => (block.withoutNorm ? weight.mean * length * mean : 0));
  return {
    tokens: { channels, means, products: scaled(norm.products, channels * weight.variance) },
    backward(gradients) {
      const rows = input.counts.length;
      const result = new Float64Array(rows * rows);
      // Each place of a window has an equal part of the gradient.
      const ofWindows = weighted(scaled(gradients, tokens.channels * weight.variance), norm.factors);
      taps!.forEach((own, i) => taps!.forEach((other, j) => own.forEach((row, tap) => {
        if (row >= 0 && other[tap] >= 0) result[row * rows + other[tap]] += ofWindows[i * size + j];
      })));
      return result;
    },
  };
};
