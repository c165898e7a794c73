import type { Random } from '../base/random.ts';
import type { FlatParameters } from '../engine/flatParameters.ts';
import type { Weights } from '../model/weights.ts';
import { blockResidual } from '../network/blockGraph.ts';
import type { Network } from '../network/network.ts';
import { blocksAfter } from '../network/parts.ts';

/** A block that can be left out, because without its branch it is the identity. */
export interface Branch {
  readonly block: string;
  /** Probability of being left out: rises linearly with depth, from 0 to the rate of the last branch. */
  readonly dropProbability: number;
}

/**
 * Stochastic depth (Huang et al. 2016, section 3; linear decay, equation 4, counted from 0 as in timm): a network whose residual
 * branches are left out at random, and weigh more where they are kept, so that the expected output of each is that of the whole network.
 */
export class StochasticDepth {
  readonly branches: readonly Branch[];
  readonly #network: Network;

  /**
   * @param rate probability that the last branch is left out, below 1
   * @param frozenBlocks first blocks that are not trained: they keep their branches, and draws are of the blocks after them
   */
  constructor(network: Network, rate: number, frozenBlocks = 0) {
    const residual = network.blocks.filter((block) => blockResidual(block).length > 0);
    const branches = residual.map(({ name }, i) => ({ block: name, dropProbability: residual.length === 1 ? rate : rate * i / (residual.length - 1) }));
    this.#network = blocksAfter(network, frozenBlocks);
    this.branches = branches.filter(({ block }) => this.#network.blocks.some(({ name }) => name === block));
  }

  /** The network with the branches that a draw keeps. What it leaves out costs nothing. */
  draw(random: Random): Network {
    const dropped = new Set(this.branches.filter(({ dropProbability }) => random.chance(dropProbability)).map(({ block }) => block));
    return dropped.size === 0 ? this.#network : { ...this.#network, blocks: this.#network.blocks.filter(({ name }) => !dropped.has(name)) };
  }
}

/** Parameters whose branch is 1 / (1 - dropProbability) times as long in training. */
interface ScaledParameter {
  readonly offset: number;
  readonly length: number;
  readonly factor: number;
}

/** What kept branches weigh in training. As each is proportional to its last parameters, these are multiplied instead of its output. */
export class BranchScaling {
  readonly #flat: FlatParameters;
  readonly #parameters: readonly ScaledParameter[];

  /** @param weights laid out like the flat parameters */
  constructor(flat: FlatParameters, weights: Weights, branches: readonly Branch[]) {
    const blocks = new Map(weights.network.blocks.map((block) => [block.name, block]));
    this.#flat = flat;
    this.#parameters = branches.filter(({ dropProbability }) => dropProbability > 0).flatMap(({ block, dropProbability }) => (
      blockResidual(blocks.get(block)!).map((name) => {
        const { offset, length } = weights.placed(`${block}.${name}`);
        return { offset, length, factor: 1 / (1 - dropProbability) };
      })));
  }

  /** Runs what adds gradients of the scaled branches to zeros. Afterwards parameters are as before, and gradients theirs. */
  during(run: () => void): void {
    const { values, gradient } = this.#flat;
    const kept = this.#parameters.map(({ offset, length }) => values.slice(offset, offset + length));
    try {
      for (const { offset, length, factor } of this.#parameters) multiply(values.subarray(offset, offset + length), factor);
      run();
    } finally {
      this.#parameters.forEach(({ offset }, i) => values.set(kept[i], offset));
    }
    for (const { offset, length, factor } of this.#parameters) multiply(gradient.subarray(offset, offset + length), factor);
  }
}

function multiply(values: Float32Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] *= factor;
}
