import type { Engine } from '../engine/engine.ts';
import { flatParameters, type FlatParameters } from '../engine/flatParameters.ts';
import { backpropagate } from '../model/backpropagate.ts';
import type { ForwardMode } from '../model/forward.ts';
import type { ImageBatch } from '../model/inference.ts';
import type { PlacedParameter, Weights } from '../model/weights.ts';
import { blockMacs, networkMacs } from '../network/counts.ts';
import type { Network } from '../network/network.ts';
import type { ScoringContext } from './proxy.ts';

/** Images of one pass, at most: more need more memory, and are not faster. */
const mostPerPass = 8;
/** Multiply-accumulates of a pass forward beyond which more images are not faster either: 12 G leave 150 MB for the pass backward. */
const enoughMacs = 4e10;

export interface GradientOptions {
  /** Copied; what they are stays as it is. */
  readonly weights: Weights;
  readonly images: ImageBatch;
  /** Whether batch norms take the statistics of the images of a pass, or the running ones. */
  readonly mode: ForwardMode;
  /** Changes a copied parameter in place before the pass. */
  readonly change?: (parameter: PlacedParameter, values: Float32Array) => void;
  /**
   * The gradient at the logits [images, classes] of one pass.
   * @param first index of its first image
   */
  readonly gradientOf: (logits: Float32Array, first: number) => Float32Array;
}

/** Gradients of all parameters, summed over the images. They are overwritten by the next pass on the same engine. */
export interface NetworkGradients {
  /** The parameter's numbers that the network was run with. @throws RangeError for an unknown key */
  weight(key: string): Float32Array;
  gradient(key: string): Float32Array;
  readonly macs: number;
}

/**
 * Gradients of a sum over images. Images go through the network a few at a time, so that memory does not grow with their
 * number; batch norms in mode `training` then take the statistics of those few.
 */
export function networkGradients({ engine, supernet }: ScoringContext, network: Network, options: GradientOptions): NetworkGradients {
  const { weights, images: { count, size, pixels }, mode, change, gradientOf } = options;
  const { trainable, statistics } = weights;
  const flat = roomFor(engine, trainable.length + statistics.length, supernet);
  const at = (parameter: PlacedParameter) => parameter.offset + (parameter.trainable === false ? trainable.length : 0);
  const part = (values: Float32Array, key: string) => {
    const parameter = weights.placed(key);
    return values.subarray(at(parameter), at(parameter) + parameter.length);
  };
  flat.values.set(trainable);
  flat.values.set(statistics, trainable.length);
  flat.gradient.fill(0);
  if (change) for (const parameter of weights.parameters.values()) change(parameter, part(flat.values, parameter.key));
  const shareOf = (key: string) => {
    const parameter = weights.placed(key);
    return { shape: parameter.shape, offset: at(parameter), slice: { runLength: parameter.length, starts: Int32Array.of(0) } };
  };
  const imageLength = 3 * size * size;
  const perPass = imagesPerPass(weights, { least: engine.info.threads, most: mostPerPass });
  for (let first = 0; first < count; first += perPass) {
    const taken = Math.min(perPass, count - first);
    const input = { shape: [taken, 3, size, size], data: pixels.subarray(first * imageLength, (first + taken) * imageLength) };
    backpropagate(engine, network, shareOf, input, flat, (logits) => gradientOf(logits, first), mode);
  }
  return { weight: (key) => part(flat.values, key), gradient: (key) => part(flat.gradient, key), macs: count * gradientMacs(network) };
}

/**
 * How many images go through a network at a time: the most, or fewer where the network is large.
 * @param least one for each thread, where threads share the images of a pass
 * @param values that an image keeps for each that a pass forward and backward keeps
 */
export function imagesPerPass({ network, statistics }: Weights, { least = 1, most, values = 1 }: { least?: number; most: number; values?: number }): number {
  // Batch norms take the statistics of a pass, whose images must be as many for every network.
  if (statistics.length > 0) return most;
  return Math.min(most, Math.max(least, Math.floor(enoughMacs / values / networkMacs(network))));
}

/** Of a forward and a backward pass of one image: each product's gradients are two more, but images have none. */
export function gradientMacs(network: Network): number {
  return 3 * networkMacs(network) - blockMacs(network.blocks[0]);
}

const rooms = new WeakMap<Engine, Required<FlatParameters>>();

/** Memory that all of an engine's threads share, kept from network to network; at once enough for all slices of a supernet. */
function roomFor(engine: Engine, length: number, supernet: Weights | undefined): Required<FlatParameters> {
  let room = rooms.get(engine);
  if (!room || room.values.length < length) {
    const most = supernet ? supernet.trainable.length + supernet.statistics.length : 0;
    rooms.set(engine, room = flatParameters(Math.max(length, most)));
  }
  return { memory: room.memory, values: room.values.subarray(0, length), gradient: room.gradient.subarray(0, length) };
}
