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
 * buffers. Every parameter moves every step: those that no subnet touched have a zero gradient, as in the released
 * supernet codes.
 */
export class AdamW {
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** Updates made so far. */
  step = 0;
  readonly #ranges: readonly DecayRange[];
  readonly #settings: Required<AdamWSettings>;

  constructor(length: number, ranges: readonly DecayRange[], settings: AdamWSettings) {
    this.first = new Float32Array(length);
    this.second = new Float32Array(length);
    this.#ranges = ranges;
    this.#settings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, ...settings };
  }

  /** Moves `parameters` against `gradient`, both of the length given at construction. */
  update(parameters: Float32Array, gradient: Float32Array, learningRate: number): void {
    const { beta1, beta2, epsilon, weightDecay } = this.#settings;
    const { first, second } = this;
    this.step++;
    const stepSize = learningRate / (1 - beta1 ** this.step);
    const correction = 1 / Math.sqrt(1 - beta2 ** this.step);
    for (const { offset, length, decay } of this.#ranges) {
      const keep = decay ? 1 - learningRate * weightDecay : 1;
      for (let i = offset; i < offset + length; i++) {
        const g = gradient[i];
        const m = first[i] = beta1 * first[i] + (1 - beta1) * g;
        const v = second[i] = beta2 * second[i] + (1 - beta2) * g * g;
        parameters[i] = parameters[i] * keep - stepSize * m / (Math.sqrt(v) * correction + epsilon);
      }
    }
  }
}

/** Scales a gradient in place so that its Euclidean norm is at most `maxNorm`; returns the norm before. */
export function clipByNorm(gradient: Float32Array, maxNorm: number): number {
  let sum = 0;
  for (let i = 0; i < gradient.length; i++) sum += gradient[i] * gradient[i];
  const norm = Math.sqrt(sum);
  if (norm > maxNorm) {
    const scale = maxNorm / norm;
    for (let i = 0; i < gradient.length; i++) gradient[i] *= scale;
  }
  return norm;
}
