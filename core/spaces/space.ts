import type { Random } from '../base/random.ts';
import type { Network } from '../network/network.ts';
import type { StageChain } from './stageChain.ts';

/** How often and how an evolution changes an architecture (elasticvit.md 7.1 gives the published rates). */
export interface MutationRates {
  /** Probability that the depths change. */
  readonly depth: number;
  /** Probability, for each other choice, that it changes. */
  readonly choice: number;
  /** When a choice changes: probability of a uniform draw; otherwise it takes its minimum. */
  readonly uniform: number;
}

export interface LoweringOptions {
  readonly classes?: number;
  readonly resolution?: number;
  /** Lowers to the network that holds weights for every architecture, with parameters this one alone would not need. */
  readonly supernet?: boolean;
  /** Fewer tokens than usual, with the same weights but for learned positions; only where the space has a `tokenization`. */
  readonly tokens?: Tokens;
}

/** How the first projection reads the image (As-ViT, section 4). */
export interface Tokens {
  /** Pixels between neighbouring tokens. */
  readonly stride: number;
  /** Pixels between neighbouring pixels of its kernel. */
  readonly dilation: number;
}

/** For spaces whose networks also work with fewer tokens. */
export interface SpaceTokenization<A> {
  /** Usual stride of the first projection, in pixels. */
  readonly stride: number;
  /** Side of its kernel, in pixels without dilation. */
  kernelSize(arch: A): number;
}

/** One readable number about an architecture, for axes and tables. */
export interface SpaceDimension {
  /** Stable, for instance "t1.mlpRatio". */
  readonly name: string;
  /** For people: "T1 MLP ratio". */
  readonly title: string;
  /** Everything it can be, ascending. */
  readonly values: readonly number[];
  /** How the space's publications call and count it, where that differs; `values` in the same order. */
  readonly published?: { readonly name: string; readonly values: readonly number[] };
  /** What it sets, in the field's words. */
  readonly kind: 'resolution' | 'width' | 'depth' | 'kernel' | 'ratio' | 'heads' | 'window';
  /** Whether it is about layers with attention. */
  readonly isTransformer: boolean;
}

/** How wide and how deep a network with stages is: the width of its first stage and the blocks of each. */
export interface StagedSize {
  readonly width: number;
  readonly depths: readonly number[];
}

/** For spaces whose networks are scaled up from a searched one (As-ViT, section 3.4). */
export interface SpaceScaling<A> {
  sizeOf(arch: A): StagedSize;
  /** The same topology at another size, which may lie outside what the space searches. @throws InputError `invalid-architecture` */
  withSize(arch: A, size: StagedSize): A;
}

/** For families that are scaled by hand: how their networks follow a budget. */
export interface SpaceFitting<A> {
  /** The published network, whose other choices are kept. */
  readonly reference: A;
  /** Names of the dimensions that follow the budget, one after the other. */
  readonly order: readonly string[];
}

/**
 * A set of architectures. `A` is the space's genotype: plain JSON, immutable. A space knows no reader: it only turns
 * genotypes into networks.
 */
export interface SearchSpace<A = unknown> {
  readonly id: string;
  /** One sentence for people. */
  readonly title: string;
  /** Number of distinct architectures. */
  readonly size: bigint;
  /** Classes of the published task. */
  readonly defaultClasses: number;
  /** Input resolutions in pixels, ascending. */
  readonly resolutions: readonly number[];
  /** Published or notable networks by name, `min` and `max` among them. */
  readonly networks: Readonly<Record<string, A>>;
  /** The architecture whose weights contain everyone else's. */
  readonly largest: A;
  readonly smallest: A;
  /** The choices that tell architectures apart, in the order of the data flow. */
  readonly dimensions: readonly SpaceDimension[];
  /**
   * Reads an architecture from JSON.
   * @throws InputError `invalid-architecture`, naming the field and what is accepted.
   */
  parse(json: unknown): A;
  /**
   * Reads an architecture in another notation that the space's publications use; undefined for other texts.
   * @throws InputError `invalid-architecture` for one that is not of the space
   */
  parseText?(text: string): A | undefined;
  /** A stable identity: equal exactly when the architectures are equal. */
  key(arch: A): string;
  /** The architecture's value on each of `dimensions`. */
  coordinates(arch: A): number[];
  /**
   * The inverse of `coordinates`. Values that no architecture has together, such as widths that shrink, are put together
   * all the same: measures that compare choices one by one need such networks.
   */
  fromCoordinates(values: readonly number[]): A;
  /** The space as a walk through stages, for costs that blocks add up to. */
  chain(options?: Pick<LoweringOptions, 'classes'>): StageChain;
  sample(random: Random): A;
  mutate(arch: A, random: Random, rates: MutationRates): A;
  crossover(first: A, second: A, random: Random): A;
  /** The one place where this space's architectures become blocks. */
  lower(arch: A, options?: LoweringOptions): Network;
  readonly scaling?: SpaceScaling<A>;
  readonly tokenization?: SpaceTokenization<A>;
  readonly fitting?: SpaceFitting<A>;
  /** Ways of counting MACs that the space's publications use, by name, in multiply-accumulates. */
  readonly publishedCounters: Readonly<Record<string, (network: Network) => number>>;
}
