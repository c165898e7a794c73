/**
 * Affine quantisation to 8 bits as ONNX's QuantizeLinear and DequantizeLinear define it: q = saturate(round(x / scale) + zeroPoint),
 * ties to even, and x = scale (q - zeroPoint).
 */
export interface Quantisation {
  readonly scale: number;
  /** From 0 to 255. */
  readonly zeroPoint: number;
}

/** Smallest and largest value of something that is to be quantised. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Largest integers of activations (uint8) and of weights (int8), and of a bias with room to add to it (int32). */
const [mostActivation, mostWeight, mostBias] = [255, 127, 2 ** 30];
/** The product of two such scales is still a float32 number with all its digits. */
const smallestScale = 2 ** -60;

/** All 256 numbers spread over a range, which is widened to hold zero: padding and ReLU need it exactly. */
export function activationQuantisation({ min, max }: Range): Quantisation {
  const [low, high] = [Math.min(min, 0), Math.max(max, 0)];
  const scale = scaleOf(high - low, mostActivation);
  return { scale, zeroPoint: limited(roundedToEven(-low / scale), 0, mostActivation) };
}

/** Weights by channel, symmetric: zero stands for zero and -128 is not used. */
export interface QuantisedWeights {
  readonly integers: Int8Array;
  /** One for each channel. */
  readonly scales: Float32Array;
}

/**
 * Weights with a scale for each index along an axis, so that a channel of small weights keeps its digits (Krishnamoorthi 2018,
 * section 3.1).
 * @param dims of the weights, in row-major order
 * @param leastScales for each channel, see `leastScalesFor`
 */
export function quantisedWeights(weights: Float32Array, dims: readonly number[], axis: number, leastScales?: Float32Array): QuantisedWeights {
  const channels = dims[axis];
  const inner = dims.slice(axis + 1).reduce((product, size) => product * size, 1);
  const channelOf = (i: number) => Math.floor(i / inner) % channels;
  const largest = new Float32Array(channels);
  weights.forEach((value, i) => {
    const channel = channelOf(i);
    largest[channel] = Math.max(largest[channel], Math.abs(value));
  });
  const scales = largest.map((value, channel) => Math.max(scaleOf(value, mostWeight), leastScales?.[channel] ?? 0));
  return { integers: Int8Array.from(weights, (value, i) => limited(roundedToEven(value / scales[channelOf(i)]), -mostWeight, mostWeight)), scales };
}

/** Scales of weights below which the bias would not fit into its 32 bits: beside such a bias the weights hardly matter. */
export function leastScalesFor(bias: Float32Array, inputScale: number): Float32Array {
  return bias.map((value) => Math.abs(value) / (inputScale * mostBias));
}

/** A bias in 32 bits. @param steps what its products add up in: the input's scale times the weights' of each channel */
export function quantisedBias(bias: Float32Array, steps: Float32Array): Int32Array {
  return Int32Array.from(bias, (value, channel) => roundedToEven(value / steps[channel]));
}

/** As float32, in which files keep scales. What is always zero has any scale. */
function scaleOf(extent: number, integers: number): number {
  return extent === 0 ? 1 : Math.fround(Math.max(extent / integers, smallestScale));
}

const limited = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));

function roundedToEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
