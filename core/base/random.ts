/** The whole state of a generator; plain JSON, so that checkpoints can hold it. */
export type RandomState = readonly [number, number, number, number];

/**
 * A seeded generator (sfc32). The same seed gives the same numbers on every machine; nothing in core/ draws from
 * anywhere else.
 */
export class Random {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 1;

  /** @param seed any string or integer; equal seeds give equal sequences. */
  constructor(seed: number | string) {
    [this.#a, this.#b, this.#c] = hash128(String(seed));
    for (let i = 0; i < 12; i++) this.uint32();
  }

  static fromState(state: RandomState): Random {
    const random = new Random(0);
    random.state = state;
    return random;
  }

  get state(): RandomState {
    return [this.#a, this.#b, this.#c, this.#counter];
  }

  set state(state: RandomState) {
    [this.#a, this.#b, this.#c, this.#counter] = state;
  }

  /** An independent generator for one purpose. Drawing from it does not move this one. */
  fork(label: number | string): Random {
    return new Random(`${this.state.join(',')}/${label}`);
  }

  uint32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum | 0;
    return sum >>> 0;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.uint32() / 2 ** 32;
  }

  /** Uniform integer in [0, n). */
  integer(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  choice<T>(values: readonly T[]): T {
    if (values.length === 0) throw new RangeError('Random.choice needs at least one value.');
    return values[this.integer(values.length)];
  }

  /** Index drawn in proportion to non-negative weights. */
  weighted(weights: readonly number[]): number {
    let rest = this.uniform() * weights.reduce((sum, w) => sum + w, 0);
    for (let i = 0; i < weights.length; i++) {
      rest -= weights[i];
      if (rest < 0) return i;
    }
    return weights.length - 1;
  }

  /** Standard normal (Box-Muller, one value per call so that the state stays four integers). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Normals with the given deviation, by pairs: twice as fast as one by one, and another sequence. */
  fillNormal(values: Float32Array, deviation = 1): void {
    for (let i = 0; i < values.length; i += 2) {
      const radius = deviation * Math.sqrt(-2 * Math.log(1 - this.uniform()));
      const angle = 2 * Math.PI * this.uniform();
      values[i] = radius * Math.cos(angle);
      if (i + 1 < values.length) values[i + 1] = radius * Math.sin(angle);
    }
  }

  /** Normal with the given deviation, redrawn until within two deviations: the usual initialisation of transformers. */
  truncatedNormal(deviation: number): number {
    let value = this.normal();
    while (Math.abs(value) > 2) value = this.normal();
    return value * deviation;
  }

  /** A shuffled copy (Fisher-Yates). */
  shuffled<T>(values: readonly T[]): T[] {
    const copy = [...values];
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [copy[i], copy[j]] = [copy[j], copy[i]];
    }
    return copy;
  }
}

/** Three well-mixed words from a string (MurmurHash3's finaliser over FNV-1a lanes). */
function hash128(text: string): [number, number, number] {
  const lanes: [number, number, number] = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b];
  for (let i = 0; i < text.length; i++) {
    for (let lane = 0; lane < 3; lane++) {
      lanes[lane] = Math.imul(lanes[lane] ^ (text.charCodeAt(i) + lane * 0x1f), 0x01000193 + lane * 2);
    }
  }
  return lanes.map((lane) => {
    let h = lane;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) | 0;
  }) as [number, number, number];
}
