/**
 * What a search makes as large as it can while it keeps latencies small: accuracy, or a training-free score. Inside core/search and
 * on charts it is a `value`, larger always better: the number itself or, where lower numbers are better, its negative.
 * Files and screens show the number itself.
 */
export interface Objective {
  /** `accuracy`, or the proxy's id. */
  readonly id: string;
  /** For axes and tables: "Top-1 accuracy", "DSS". */
  readonly title: string;
  /** Accuracies are fractions from 0 to 1, written in percent; scores are numbers of any size. */
  readonly kind: 'accuracy' | 'score';
  /** Which numbers are better. */
  readonly direction: 'higher' | 'lower';
}

export const accuracyObjective: Objective = { id: 'accuracy', title: 'Top-1 accuracy', kind: 'accuracy', direction: 'higher' };

/** The value of a number of the objective; of a value, its number. */
export function oriented({ direction }: Pick<Objective, 'direction'>, number: number): number {
  return direction === 'higher' ? number : -number;
}

/** What became of an evaluation: a value, or a score that is none, such as a logarithm of zero. */
export type Outcome = number | 'invalid';

/** Those with a value: the others are counted, but never chosen. */
export function valid<T extends { readonly value: Outcome }>(evaluated: readonly T[]): (T & { readonly value: number })[] {
  return evaluated.filter((one): one is T & { readonly value: number } => one.value !== 'invalid');
}

/**
 * The value that hypervolumes begin at. Of accuracy it is that of guessing, one over the number of classes, known before anything
 * is evaluated. Scores have no such zero: theirs is the worst value of the initial population, so only hypervolumes up to the
 * same reference point compare, which is why it is stored beside each.
 * @param first values of the initial population; 0 stands for none
 */
export function referenceValue(objective: Pick<Objective, 'kind'>, classes: number, first: Iterable<number>): number {
  if (objective.kind === 'accuracy') return 1 / classes;
  let worst = Infinity;
  for (const value of first) if (value < worst) worst = value;
  return Number.isFinite(worst) ? worst : 0;
}

/** "64.9 %", "45,120", "5.868 M", "0.01234", "-3.1e-7": a value as the number it stands for. */
export function objectiveText(objective: Pick<Objective, 'kind' | 'direction'>, value: number): string {
  const number = oriented(objective, value);
  return objective.kind === 'accuracy' ? `${(100 * number).toFixed(1)} %` : scoreText(number);
}

const digits = 4;

/** Four digits or so, whatever the size. */
export function scoreText(score: number): string {
  const size = Math.abs(score);
  if (!Number.isFinite(score)) return 'invalid';
  if (size >= 1e12 || (size > 0 && size < 1e-4)) return score.toExponential(digits - 1).replace(/\.?0+e/, 'e').replace('e+', 'e');
  const [unit, factor] = size >= 999_950_000 ? [' G', 1e9] : size >= 999_950 ? [' M', 1e6] : ['', 1];
  const scaled = score / factor;
  const whole = Math.max(1, Math.floor(Math.log10(Math.max(1, Math.abs(scaled)))) + 1);
  const fraction = size >= 1 || size === 0 ? Math.max(0, digits - whole) : digits - 1 - Math.floor(Math.log10(size));
  return `${scaled.toLocaleString('en-US', { maximumFractionDigits: fraction })}${unit}`;
}
