import { gram } from '../../base/gram.ts';
import type { Engine } from '../../engine/engine.ts';
import { flatParameters } from '../../engine/flatParameters.ts';
import { backpropagate } from '../../model/backpropagate.ts';
import type { ImageBatch } from '../../model/inference.ts';
import { layoutOf, type Weights } from '../../model/weights.ts';
import type { Block } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';
import { gradientMacs } from '../gradients.ts';

/**
 * The kernel of the images' gradients as the release finds it: for each image a pass backward through the whole batch, all
 * gradients kept, and the products of their rows at the end. A network of P weights takes images x P numbers.
 *
 * @param wanted parameters of a block that the gradient is taken of
 * @returns [count x count], its lower half
 */
export function literalKernel(engine: Engine, network: Network, weights: Weights, images: ImageBatch, wanted: (block: Block) => readonly string[]): Float64Array {
  const { count, size, pixels } = images;
  const outputs = network.blocks.at(-1)!.output.channels;
  const flat = flatParameters(layoutOf(network).trainableLength);
  flat.values.set(weights.trainable);
  const parameters = wantedParameters(network, weights, wanted);
  const length = parameters.reduce((sum, parameter) => sum + parameter.length, 0);
  const gradients = new Float32Array(count * length);
  const shareOf = (key: string) => {
    const { shape, offset, length: whole } = weights.placed(key);
    return { shape, offset, slice: { runLength: whole, starts: Int32Array.of(0) } };
  };
  for (let image = 0; image < count; image++) {
    flat.gradient.fill(0);
    backpropagate(engine, network, shareOf, { shape: [count, 3, size, size], data: pixels }, flat, () =>
      new Float32Array(count * outputs).fill(1, image * outputs, (image + 1) * outputs));
    let at = image * length;
    for (const { offset, length: own } of parameters) {
      gradients.set(flat.gradient.subarray(offset, offset + own), at);
      at += own;
    }
  }
  return gram(gradients, count, length);
}

export function literalKernelMacs(network: Network, images: number, wanted: (block: Block) => readonly string[]): number {
  const layout = layoutOf(network);
  const length = network.blocks.flatMap((block) => wanted(block).map((name) => layout.parameters.get(`${block.name}.${name}`)!))
    .reduce((sum, parameter) => sum + parameter.length, 0);
  return images ** 2 * gradientMacs(network) + images * (images + 1) / 2 * length;
}

function wantedParameters(network: Network, weights: Weights, wanted: (block: Block) => readonly string[]) {
  return network.blocks.flatMap((block) => wanted(block).map((name) => weights.placed(`${block.name}.${name}`)));
}
