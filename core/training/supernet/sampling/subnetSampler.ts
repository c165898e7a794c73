import { z } from 'zod';
import { Random, type RandomState } from '../../../base/random.ts';
import type { SearchSpace } from '../../../spaces/space.ts';
import type { TrainingSettings } from '../../settings.ts';
import type { SamplingSettings } from './settings.ts';
import { makeBuckets, type Bucket } from './buckets.ts';
import { exploitProbability } from './exploitation.ts';
import { MemoryBank, type Remembered } from './memoryBank.ts';
import { chosenCandidate } from './preference.ts';
import type { Rating } from './preference.ts';
import { nextBucket } from './walk.ts';

/** How many subnets a step trains besides the smallest, and whether it trains that too. */
export function subnetsPerStep(rule: SamplingSettings['rule']): { readonly sampled: number; readonly smallest: boolean } {
  return rule === 'single-path' ? { sampled: 1, smallest: false } : { sampled: 3, smallest: true };
}

/** One of a step's subnets, and why it is there. */
export interface SampledSubnet<A> {
  readonly arch: A;
  readonly origin: 'explored' | 'remembered' | 'largest' | 'uniform';
}

/** The subnets of a step. */
export interface StepSample<A> {
  readonly subnets: readonly SampledSubnet<A>[];
  /** Undefined with the single-path rule, which trains no smallest subnet besides. */
  readonly smallest: A | undefined;
  /** Index of `smallest` among the smallest subnets. */
  readonly smallestIndex: number | undefined;
  /** Undefined with the rules that know no buckets: sandwich and single-path. */
  readonly bucket: number | undefined;
  /** Of drawing each subnet from the bank rather than anew; 0 while that holds too few. */
  readonly exploitProbability: number;
}

const word = z.int();
const stateSchema = z.object({
  bucket: z.int().min(0),
  random: z.tuple([word, word, word, word]),
  banks: z.array(z.array(z.object({ arch: z.unknown(), score: z.number() }))),
});

/** A share of the largest level from which on the release remembers fewer subnets: 500 of 1,200 M. */
const largeShare = 0.4;

/**
 * Chooses the subnets of every training step: complexity-aware and performance-aware sampling (elasticvit.md sections 4
 * and 5), the sandwich rule that they are compared with, or AutoFormer's single path (tftas.md 7). Its random numbers are its own, so the same seed trains the
 * same subnets whatever else the training draws.
 */
export class SubnetSampler<A> {
  readonly buckets: readonly Bucket<A>[];
  readonly smallestSubnets: readonly A[];
  readonly #space: SearchSpace<A>;
  readonly #settings: TrainingSettings;
  readonly #random: Random;
  readonly #banks: MemoryBank<A>[];
  readonly #rating: Rating<A> | undefined;
  #bucket = 0;

  /**
   * @param rating of candidates, where the settings' preference asks for one
   * @throws InputError as `makeBuckets`
   */
  constructor(space: SearchSpace<A>, settings: TrainingSettings, random: Random, rating?: Rating<A>) {
    const { buckets, smallestSubnets } = makeBuckets(space, settings);
    this.#space = space;
    this.#settings = settings;
    this.#random = random;
    this.#rating = rating;
    this.buckets = buckets;
    this.smallestSubnets = smallestSubnets;
    const { bankCapacity, largeBankCapacity, largeFromMacs } = settings.performance;
    const largeFrom = largeFromMacs ?? largeShare * buckets[buckets.length - 1].fromMacs;
    this.#banks = buckets.map(({ fromMacs }) => new MemoryBank(fromMacs >= largeFrom ? largeBankCapacity : bankCapacity));
  }

  /** The memory of each bucket; empty without performance-aware sampling. */
  get banks(): readonly MemoryBank<A>[] {
    return this.#banks;
  }

  /** @param step steps done */
  sample(step: number): StepSample<A> {
    const { sampling, performance, steps } = this.#settings;
    if (sampling.rule === 'sandwich') return this.#sandwich();
    if (sampling.rule === 'single-path') return this.#singlePath();
    this.#bucket = nextBucket(sampling.walk, this.#bucket, this.buckets.length, this.#random);
    const bucket = this.buckets[this.#bucket];
    const q = performance.enabled && this.#banks[this.#bucket].isHalfFull ? exploitProbability(step, steps, performance) : 0;
    return {
      bucket: this.#bucket, smallest: this.smallestSubnets[bucket.smallest], smallestIndex: bucket.smallest, exploitProbability: q,
      subnets: Array.from({ length: subnetsPerStep(sampling.rule).sampled }, () => this.#sampleFrom(this.#bucket, q)),
    };
  }

  /** Takes in how the subnets of a step did; those that were drawn anew may be remembered. @param scores as `Remembered.score` */
  report({ subnets, bucket }: StepSample<A>, scores: readonly number[]): void {
    if (bucket === undefined || !this.#settings.performance.enabled) return;
    subnets.forEach(({ arch, origin }, i) => {
      if (origin === 'explored') this.#banks[bucket].insert({ key: this.#space.key(arch), arch, score: scores[i] });
    });
  }

  state(): { bucket: number; random: RandomState; banks: { arch: A; score: number }[][] } {
    const banks = this.#banks.map(({ members }) => members.map(({ arch, score }) => ({ arch, score })));
    return { bucket: this.#bucket, random: this.#random.state, banks };
  }

  restore(state: unknown): void {
    const { bucket, random, banks } = stateSchema.parse(state);
    this.#bucket = bucket;
    this.#random.state = random;
    banks.forEach((members, i) => {
      const read = members.map(({ arch, score }): Remembered<A> => {
        const parsed = this.#space.parse(arch);
        return { key: this.#space.key(parsed), arch: parsed, score };
      });
      this.#banks[i] = new MemoryBank(this.#banks[i].capacity, read);
    });
  }

  #sandwich(): StepSample<A> {
    const { largest } = this.#space;
    const others = subnetsPerStep('sandwich').sampled - 1;
    const uniform = Array.from({ length: others }, () => ({ arch: this.#space.sample(this.#random), origin: 'uniform' as const }));
    return {
      bucket: undefined, smallest: this.#space.smallest, smallestIndex: 0, exploitProbability: 0,
      subnets: [{ arch: largest, origin: 'largest' }, ...uniform],
    };
  }

  /** One subnet, as the space's publication draws it. */
  #singlePath(): StepSample<A> {
    return {
      bucket: undefined, smallest: undefined, smallestIndex: undefined, exploitProbability: 0,
      subnets: [{ arch: this.#space.sample(this.#random), origin: 'uniform' }],
    };
  }

  #sampleFrom(index: number, exploit: number): SampledSubnet<A> {
    const bank = this.#banks[index];
    const bucket = this.buckets[index];
    const { performance } = this.#settings;
    if (exploit > 0 && this.#random.chance(exploit)) return { arch: bank.draw(this.#random).arch, origin: 'remembered' };
    if (!performance.enabled || !bank.isHalfFull) return { arch: bucket.draw(this.#random), origin: 'explored' };
    const candidates = Array.from({ length: performance.candidates }, () => bucket.draw(this.#random));
    return { arch: chosenCandidate(this.#space, candidates, this.#anchor(index), performance.preference, this.#rating), origin: 'explored' };
  }

  /** The best remembered subnet of the lowest bucket; for that bucket itself, the space's smallest. */
  #anchor(index: number): A {
    return index === 0 ? this.#space.smallest : this.#banks[0].best?.arch ?? this.#space.smallest;
  }
}
