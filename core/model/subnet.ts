import type { Network } from '../network/network.ts';
import { gather, gatherInto, scatterAdd, sliceOf, type Slice } from './slicing.ts';
import { layoutOf, Weights, type PlacedParameter } from './weights.ts';

/** One of a subnet's parameters: its shape, and which part of which of the supernet's it is. */
interface Share {
  readonly parameter: PlacedParameter;
  readonly slice: Slice;
  readonly shape: readonly number[];
}

/** How a subnet's parameters lie in the supernet's buffers. Made once for a subnet, used every step. */
export class SubnetView {
  readonly network: Network;
  readonly #supernet: Weights;
  readonly #slices: ReadonlyMap<string, Share>;

  /** @throws RangeError when the network is not part of the supernet. */
  constructor(supernet: Weights, network: Network) {
    this.network = network;
    this.#supernet = supernet;
    const layout = layoutOf(network);
    this.#slices = new Map([...layout.parameters.values()].map(({ key, shape }) => {
      const parameter = supernet.placed(key);
      return [key, { parameter, shape, slice: sliceOf(parameter.shape, shape, parameter.slice) }];
    }));
  }

  get keys(): string[] {
    return [...this.#slices.keys()];
  }

  /**
   * The subnet's share of a parameter: a view where it is contiguous in the supernet, otherwise a copy.
   * @throws RangeError for a key that the subnet does not have
   */
  read(key: string): { shape: readonly number[]; data: Float32Array } {
    const { parameter, slice, shape } = this.#share(key);
    return { shape, data: gather(this.#supernet.view(parameter), slice) };
  }

  /** The shape of the subnet's share of a parameter. @throws RangeError for a key that the subnet does not have */
  shapeOf(key: string): readonly number[] {
    return this.#share(key).shape;
  }

  /**
   * Writes the subnet's share of a parameter to memory of its size.
   * @throws RangeError for a key that the subnet does not have
   */
  readInto(key: string, values: Float32Array): void {
    const { parameter, slice } = this.#share(key);
    gatherInto(this.#supernet.view(parameter), slice, values);
  }

  /**
   * Adds a gradient of the subnet's share to a buffer laid out like the supernet's trainable numbers.
   * @throws RangeError for a key that the subnet does not have, and for running statistics, which have no gradient
   */
  accumulate(key: string, gradient: Float32Array, into: Float32Array): void {
    const { parameter, slice } = this.#share(key);
    if (parameter.trainable === false) throw new RangeError(`Running statistics "${key}" are not trained.`);
    scatterAdd(gradient, slice, into.subarray(parameter.offset, parameter.offset + parameter.length));
  }

  /** The subnet with weights of its own. */
  extract(): Weights {
    const own = new Weights(this.network);
    for (const key of own.parameters.keys()) own.view(key).set(this.read(key).data);
    return own;
  }

  #share(key: string): Share {
    const share = this.#slices.get(key);
    if (!share) throw new RangeError(`The subnet has no parameter "${key}".`);
    return share;
  }
}
