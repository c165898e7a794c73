/** How often a tfjs operator ran on its reference kernel, in pure JavaScript, and on how many numbers. */
export interface Fallback {
  readonly operator: string;
  readonly calls: number;
  readonly elements: number;
}

/** Counts what the engine left to the reference kernels: what is hot among them deserves a kernel of its own. */
export class Fallbacks {
  readonly #counts = new Map<string, { calls: number; elements: number }>();

  record(operator: string, elements: number): void {
    const count = this.#counts.get(operator) ?? { calls: 0, elements: 0 };
    count.calls++;
    count.elements += elements;
    this.#counts.set(operator, count);
  }

  /** Most numbers first. */
  list(): Fallback[] {
    return [...this.#counts].map(([operator, count]) => ({ operator, ...count })).sort((a, b) => b.elements - a.elements);
  }
}
