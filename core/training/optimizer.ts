import { instantiateKernels, type Kernel } from '../engine/wasm/library.ts';
import { pageBytes, webAssembly } from '../engine/wasm/platform.ts';

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
  readonly #kernels: Readonly<Record<string, Kernel>>;
  /** Parameters and gradient as the kernel sees them; both moments lie behind. */
  readonly #parameters: Float32Array;
  readonly #gradient: Float32Array;

  constructor(length: number, ranges: readonly DecayRange[], settings: AdamWSettings) {
    // Memory that never grows, so that these views of it last.
    const memory = new webAssembly.Memory({ initial: Math.max(1, Math.ceil(4 * 4 * length / pageBytes)) });
    const [parameters, gradient, first, second] = [0, 1, 2, 3].map((i) => new Float32Array(memory.buffer, 4 * i * length, length));
    this.#parameters = parameters;
    this.#gradient = gradient;
    this.first = first;
    this.second = second;
    this.#kernels = instantiateKernels(memory);
    this.#ranges = ranges;
    this.#settings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, ...settings };
  }

  /** Moves `parameters` against `gradient`, both of the length given at construction. */
  update(parameters: Float32Array, gradient: Float32Array, learningRate: number): void {
    const { beta1, beta2, epsilon, weightDecay } = this.#settings;
    this.step++;
    const stepSize = learningRate / (1 - beta1 ** this.step);
    const correction = 1 / Math.sqrt(1 - beta2 ** this.step);
    this.#parameters.set(parameters);
    this.#gradient.set(gradient);
    for (const { offset, length, decay } of this.#ranges) {
      const keep = decay ? 1 - learningRate * weightDecay : 1;
      const addresses = [this.#parameters, this.#gradient, this.first, this.second].map((values) => values.byteOffset + 4 * offset);
      this.#kernels.adamW(...addresses, length, keep, stepSize, correction, beta1, 1 - beta1, beta2, 1 - beta2, epsilon);
    }
    parameters.set(this.#parameters);
  }
}

/** Scales a gradient in place so that its Euclidean norm is at most `maxNorm`; returns the norm before. */
export function clipByNorm(gradient: Float32Array, maxNorm: number): number {
  const norm = Math.sqrt(sumOfSquares(gradient));
  if (norm > maxNorm) {
    const scale = maxNorm / norm;
    for (let i = 0; i < gradient.length; i++) gradient[i] *= scale;
  }
  return norm;
}

/** Four sums at a time: a single one would wait for its own last addition at every step. */
function sumOfSquares(values: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 4 <= values.length; i += 4) {
    a += values[i] * values[i];
    b += values[i + 1] * values[i + 1];
    c += values[i + 2] * values[i + 2];
    d += values[i + 3] * values[i + 3];
  }
  for (; i < values.length; i++) a += values[i] * values[i];
  return a + b + c + d;
}
