import type { Engine } from '../engine/engine.ts';
import type { FlatParameters } from '../engine/flatParameters.ts';
import { chunksOf, runKernels, type KernelCall } from '../engine/kernelCalls.ts';

/** A stretch of the flat parameter buffer to which weight decay applies or not. */
export interface DecayRange {
  readonly offset: number;
  readonly length: number;
  readonly decay: boolean;
}

export interface AdamWSettings {
  readonly weightDecay: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2, with PyTorch's scaling of the decay by the learning rate) over flat
 * buffers, in place. Every parameter moves every step: those that no subnet touched have a zero gradient, as in the
 * released supernet codes.
 */
export class AdamW {
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** Updates made so far. */
  step = 0;
  readonly #flat: Required<FlatParameters>;
  readonly #ranges: readonly DecayRange[];
  readonly #settings: Required<AdamWSettings>;

  constructor(flat: Required<FlatParameters>, ranges: readonly DecayRange[], settings: AdamWSettings) {
    this.#flat = flat;
    this.first = flat.memory.allocate(flat.values.length);
    this.second = flat.memory.allocate(flat.values.length);
    this.#ranges = merged(ranges);
    this.#settings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, ...settings };
  }

  /** Moves the parameters against their gradient. @param engine whose threads share the work, if there is enough of it */
  update(learningRate: number, engine?: Engine): void {
    const { beta1, beta2, epsilon, weightDecay } = this.#settings;
    const { values, gradient, memory } = this.#flat;
    this.step++;
    const stepSize = learningRate / (1 - beta1 ** this.step);
    const correction = 1 / Math.sqrt(1 - beta2 ** this.step);
    runKernels(values.length < worthSharing ? undefined : engine, memory, this.#ranges.flatMap((range) => chunksOf(range.offset, range.length).map(({ offset, length }): KernelCall => {
      const keep = range.decay ? 1 - learningRate * weightDecay : 1;
      const addresses = [values, gradient, this.first, this.second].map(({ byteOffset }) => byteOffset + 4 * offset);
      return {
        kernel: 'adamW', parameters: [...addresses, length, keep, stepSize, correction, beta1, 1 - beta1, beta2, 1 - beta2, epsilon],
      };
    })));
  }
}

/** Waking threads takes as long as moving so many parameters. */
const worthSharing = 2 ** 20;

/** The same ranges, neighbours of one kind as one. */
function merged(ranges: readonly DecayRange[]): DecayRange[] {
  return ranges.reduce<DecayRange[]>((all, range) => {
    const last = all.at(-1);
    if (last?.decay !== range.decay || last.offset + last.length !== range.offset) return [...all, range];
    return [...all.slice(0, -1), { ...last, length: last.length + range.length }];
  }, []);
}

/** An exponential moving average of the parameters, which evaluates better than the last of them. */
export class WeightAverage {
  readonly values: Float32Array;
  readonly #flat: Required<FlatParameters>;

  /**
   * Starts at the parameters as they are.
   * @param values where it is kept, in the parameters' memory
   */
  constructor(flat: Required<FlatParameters>, values = flat.memory.allocate(flat.values.length)) {
    this.#flat = flat;
    this.values = values;
    this.values.set(flat.values);
  }

  /** @param decay share of the average that stays */
  update(decay: number): void {
    const { values, memory } = this.#flat;
    memory.kernels.average(this.values.byteOffset, values.byteOffset, values.length, decay, 1 - decay);
  }
}

/**
 * The share of a moving average that stays at a step, at most `decay`: an average that starts with the first weights
 * would hold on to them for 1 / (1 - decay) steps. The ramp is that of TensorFlow's ExponentialMovingAverage.
 * @param step from 0
 */
export function rampedDecay(decay: number, step: number): number {
  return Math.min(decay, (1 + step) / (10 + step));
}

export function clearGradient({ gradient, memory }: Required<FlatParameters>): void {
  memory.kernels.zero(gradient.byteOffset, gradient.byteLength);
}

/** Scales the gradient in place so that its Euclidean norm is at most `maxNorm`. */
export class GradientClipping {
  readonly #flat: Required<FlatParameters>;
  readonly #sum: Float32Array;

  constructor(flat: Required<FlatParameters>) {
    this.#flat = flat;
    this.#sum = flat.memory.allocate(1);
  }

  /** @returns the norm before */
  clip(maxNorm: number): number {
    const { gradient, memory: { kernels } } = this.#flat;
    kernels.sumOfSquares(gradient.byteOffset, this.#sum.byteOffset, gradient.length);
    const norm = Math.sqrt(this.#sum[0]);
    if (norm > maxNorm) kernels.mulScalar(gradient.byteOffset, gradient.byteOffset, gradient.length, maxNorm / norm);
    return norm;
  }
}
