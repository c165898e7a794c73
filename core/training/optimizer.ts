import type { FlatParameters } from '../engine/flatParameters.ts';

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
    this.#ranges = ranges;
    this.#settings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, ...settings };
  }

  /** Moves the parameters against their gradient. */
  update(learningRate: number): void {
    const { beta1, beta2, epsilon, weightDecay } = this.#settings;
    const { values, gradient, memory } = this.#flat;
    this.step++;
    const stepSize = learningRate / (1 - beta1 ** this.step);
    const correction = 1 / Math.sqrt(1 - beta2 ** this.step);
    for (const { offset, length, decay } of this.#ranges) {
      const keep = decay ? 1 - learningRate * weightDecay : 1;
      const addresses = [values, gradient, this.first, this.second].map(({ byteOffset }) => byteOffset + 4 * offset);
      memory.kernels.adamW(...addresses, length, keep, stepSize, correction, beta1, 1 - beta1, beta2, 1 - beta2, epsilon);
    }
  }
}

/** An exponential moving average of the parameters, which evaluates better than the last of them. */
export class WeightAverage {
  readonly values: Float32Array;
  readonly #flat: Required<FlatParameters>;

  /** Starts at the parameters as they are. */
  constructor(flat: Required<FlatParameters>) {
    this.#flat = flat;
    this.values = flat.memory.allocate(flat.values.length);
    this.values.set(flat.values);
  }

  /** @param decay share of the average that stays */
  update(decay: number): void {
    const { values, memory } = this.#flat;
    memory.kernels.average(this.values.byteOffset, values.byteOffset, values.length, decay, 1 - decay);
  }
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
