import { InputError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { blockParameters, type Parameter } from '../network/blockGraph.ts';
import type { Network } from '../network/network.ts';
import type { WeightTensor } from './safetensors.ts';

/** A parameter's place in the flat buffers. */
export interface PlacedParameter extends Parameter {
  /** `<block>.<parameter>`, the name in weight files. */
  readonly key: string;
  readonly offset: number;
  readonly length: number;
}

/** Where each of a network's parameters lies, and how long the two buffers are. */
export interface WeightLayout {
  readonly parameters: ReadonlyMap<string, PlacedParameter>;
  readonly trainableLength: number;
  readonly statisticsLength: number;
}

export function layoutOf(network: Network): WeightLayout {
  const parameters = new Map<string, PlacedParameter>();
  const ends = { trainable: 0, statistics: 0 };
  for (const block of network.blocks) {
    for (const parameter of blockParameters(block)) {
      const key = `${block.name}.${parameter.name}`;
      const length = parameter.shape.reduce((size, dim) => size * dim, 1);
      const buffer = parameter.trainable === false ? 'statistics' : 'trainable';
      parameters.set(key, { ...parameter, key, offset: ends[buffer], length });
      ends[buffer] += length;
    }
  }
  return { parameters, trainableLength: ends.trainable, statisticsLength: ends.statistics };
}

/**
 * All numbers of a network in two flat buffers: what the optimizer moves, and the running statistics that calibration
 * sets. Flat, so that optimizers, averages and files treat them as one.
 */
export class Weights {
  readonly network: Network;
  readonly parameters: ReadonlyMap<string, PlacedParameter>;
  readonly trainable: Float32Array;
  readonly statistics: Float32Array;

  /**
   * Zeros; see `initialise` and `fromTensors`.
   * @param trainable where what is trained is kept, of the layout's length: zeros, or numbers to be seen as weights, such
   *   as an average of others
   * @param statistics the same for running statistics; weights that share them are calibrated together
   */
  constructor(network: Network, trainable?: Float32Array, statistics?: Float32Array) {
    const layout = layoutOf(network);
    this.network = network;
    this.parameters = layout.parameters;
    this.trainable = trainable ?? new Float32Array(layout.trainableLength);
    this.statistics = statistics ?? new Float32Array(layout.statisticsLength);
  }

  /**
   * Fresh weights to train, each parameter as its definition says, those of layers as the network says where it says something.
   * @param trainable where they are kept, as in the constructor
   */
  static initialise(network: Network, random: Random, trainable?: Float32Array): Weights {
    const weights = new Weights(network, trainable);
    const { trainingStart } = network;
    for (const parameter of weights.parameters.values()) {
      const { decay, init } = parameter;
      drawParameter(weights.view(parameter), { ...parameter, init: decay && trainingStart ? trainingStart : init }, random);
    }
    return weights;
  }

  /** @throws InputError `weights-mismatch` when a tensor is missing or has another shape. */
  static fromTensors(network: Network, tensors: Readonly<Record<string, WeightTensor>>): Weights {
    const weights = new Weights(network);
    for (const parameter of weights.parameters.values()) {
      const tensor = tensors[parameter.key];
      if (!tensor || tensor.shape.join() !== parameter.shape.join() || !(tensor.data instanceof Float32Array)) {
        throw new InputError('weights-mismatch', tensor
          ? `The weights' "${parameter.key}" has shape [${tensor.shape}], but the network needs [${parameter.shape}].`
          : `The weights lack "${parameter.key}", which the network needs.`);
      }
      weights.view(parameter).set(tensor.data);
    }
    return weights;
  }

  toTensors(): Record<string, WeightTensor> {
    return Object.fromEntries([...this.parameters.values()].map((parameter) =>
      [parameter.key, { shape: [...parameter.shape], data: this.view(parameter).slice() }]));
  }

  /** The parameter's numbers, in place. @throws RangeError for an unknown key. */
  view(parameter: PlacedParameter | string): Float32Array {
    const placed = typeof parameter === 'string' ? this.placed(parameter) : parameter;
    const buffer = placed.trainable === false ? this.statistics : this.trainable;
    return buffer.subarray(placed.offset, placed.offset + placed.length);
  }

  placed(key: string): PlacedParameter {
    const placed = this.parameters.get(key);
    if (!placed) throw new RangeError(`The network has no parameter "${key}".`);
    return placed;
  }
}

/** Writes a parameter's first values as its definition says. */
export function drawParameter(values: Float32Array, { init, shape, inputs }: Parameter, random: Random): void {
  switch (init) {
    case 'zeros': values.fill(0); break;
    case 'ones': values.fill(1); break;
    case 'truncatedNormal':
      for (let i = 0; i < values.length; i++) values[i] = random.truncatedNormal(0.02);
      break;
    case 'smallNormal':
      random.fillNormal(values, 0.02);
      break;
    case 'standardNormal':
      for (let i = 0; i < values.length; i++) values[i] = random.normal();
      break;
    case 'fanIn': {
      // Convolutions are [out, in, k, k]; matrices of linear layers [in, out].
      const fanIn = inputs ?? (shape.length === 4 ? shape[1] * shape[2] * shape[3] : shape[0]);
      const bound = 1 / Math.sqrt(fanIn);
      for (let i = 0; i < values.length; i++) values[i] = (2 * random.uniform() - 1) * bound;
    }
  }
}
