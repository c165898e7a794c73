import type { Random } from '../base/random.ts';
import type { Engine } from '../engine/engine.ts';
import type { ImageBatch } from '../model/inference.ts';
import type { Weights } from '../model/weights.ts';
import type { Network } from '../network/network.ts';

/**
 * What a proxy reads besides the block list: nothing, weights, also images (of whatever origin), or also their labels.
 * Those that read no more than weights and those that make their own inputs need no images.
 */
export type ProxyNeeds = 'nothing' | 'weights' | 'images' | 'labels';

/** What the publication runs the network on: every number one, or standard normal numbers. */
export interface DefaultInput {
  readonly kind: 'ones' | 'gaussian';
  /** Images. */
  readonly batch: number;
}

/** A training-free score as people see it. */
export interface ProxyDescription {
  /** Stable: the name on the command line, in files and in studies. */
  readonly id: string;
  /** In two or three words, for tables and axes. */
  readonly title: string;
  /** Its definition in one sentence. */
  readonly summary: string;
  /** Which scores promise the better network. */
  readonly direction: 'higher' | 'lower';
  readonly needs: ProxyNeeds;
  /** Of those that need images or labels: what they are given unless real images are. */
  readonly input?: DefaultInput;
  /** Whether it draws weights of its own from the seed, as its publication does, so that there is no choice of them. */
  readonly drawsOwnWeights?: true;
  /** Whether it runs networks on an engine; the others count, or compute by themselves. */
  readonly usesEngine: boolean;
}

/** A batch that a network is scored on. */
export interface ScoringBatch extends ImageBatch {
  /** Class of each image: those of real images, or drawn uniformly. */
  readonly labels: Int32Array;
}

/**
 * What a proxy may use for one seed. The same context serves many architectures, one after the other, so that a proxy can
 * keep what they share (in a WeakMap with the context as its key). Neither weights nor images may be changed or kept.
 */
export interface ScoringContext {
  /** @throws RangeError when the context was made without one: only proxies that say so use it */
  readonly engine: Engine;
  /** The seed's generator. Proxies fork it by purpose, so that no score depends on what was scored before it. */
  readonly random: Random;
  /** The weights that all architectures are slices of, if they are. */
  readonly supernet?: Weights;
  /** The network's untrained weights for this seed: fresh ones, or its slices of the supernet's. The next network's take their place. */
  weightsOf(network: Network): Weights;
  /**
   * Images of the network's resolution, [count, 3, resolution, resolution], with labels below its number of classes: real ones
   * where the context has them, else as given.
   * @param input the proxy's own
   */
  batchFor(network: Network, input: DefaultInput): ScoringBatch;
  /** Lets go of the last network's weights, which are found again when they are asked for. */
  forgetWeights(): void;
}

/** A proxy's value of one network with one seed. */
export interface ProxyResult {
  /** Not finite when the score is not valid. */
  readonly value: number;
  /** Multiply-accumulates that were executed for it: passes through networks and products of matrices. */
  readonly macs: number;
  /** Why the value is not valid, where more can be said than that it is not finite. */
  readonly invalid?: string;
  /** How it was computed, where that is not the proxy's usual way. */
  readonly note?: string;
  /** Of a value that is a mean over networks with fresh weights. */
  readonly standardError?: number;
  /** Terms that the value is made of, by name, where they tell more. */
  readonly parts?: Readonly<Record<string, number>>;
}

/** A training-free score: reads block lists and weights, never a search space. */
export interface Proxy extends ProxyDescription {
  score(network: Network, context: ScoringContext): ProxyResult;
  /** The same of many networks, where they are faster together. */
  scoreTogether?(networks: readonly Network[], context: ScoringContext): ProxyResult[];
  /** Whether this network needs the context's engine, where others do not; by default all do whose proxy uses engines. */
  runsOnEngine?(network: Network): boolean;
}
