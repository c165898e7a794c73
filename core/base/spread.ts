/** A quantity over seeds. */
export interface Spread {
  readonly mean: number;
  /** Standard deviation over seeds (n - 1); null for a single one. */
  readonly deviation: number | null;
  readonly seeds: number;
}

/** @param values at least one */
export function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length < 2 ? null : Math.sqrt(squares / (values.length - 1)), seeds: values.length };
}
