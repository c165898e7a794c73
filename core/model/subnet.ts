import type { Network } from '../network/network.ts';
import { gather, gatherInto, scatterAdd, sliceOf, type ParameterShare } from '../network/slicing.ts';
import { layoutOf, Weights, type PlacedParameter } from './weights.ts';

/** One of a subnet's parameters, and which of the supernet's it is a part of. */
interface Share extends ParameterShare {
  readonly parameter: PlacedParameter;
}

/** How a subnet's parameters lie in the supernet's buffers. Made once for a subnet, used every step. */
export class SubnetView {
  readonly network: Network;
  readonly #supernet: Weights;
  readonly #shares: ReadonlyMap<string, Share>;

  /** @throws RangeError when the network is not part of the supernet. */
  constructor(supernet: Weights, network: Network) {
    this.network = network;
    this.#supernet = supernet;
    const layout = layoutOf(network);
    this.#shares = new Map([...layout.parameters.values()].map(({ key, shape }) => {
      const parameter = supernet.placed(key);
      return [key, { parameter, shape, offset: parameter.offset, slice: sliceOf(parameter.shape, shape, parameter.slice) }];
    }));
  }

  get keys(): string[] {
    return [...this.#shares.keys()];
  }

  /**
   * The subnet's share of a parameter: a view where it is contiguous in the supernet, otherwise a copy.
   * @throws RangeError for a key that the subnet does not have
   */
  read(key: string): { shape: readonly number[]; data: Float32Array } {
    const { parameter, slice, shape } = this.#share(key);
    return { shape, data: gather(this.#supernet.view(parameter), slice) };
  }

  /** Where the subnet's share of a parameter lies. @throws RangeError for a key that the subnet does not have */
  shareOf(key: string): ParameterShare {
    return this.#share(key);
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

  /** The subnet with weights of its own. @param trainable where they are kept, as in `Weights` */
  extract(trainable?: Float32Array): Weights {
    const own = new Weights(this.network, trainable);
    for (const placed of own.parameters.values()) {
      const { parameter, slice } = this.#share(placed.key);
      gatherInto(this.#supernet.view(parameter), slice, own.view(placed));
    }
    return own;
  }

  #share(key: string): Share {
    const share = this.#shares.get(key);
    if (!share) throw new RangeError(`The subnet has no parameter "${key}".`);
    return share;
  }
}
