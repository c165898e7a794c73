import { accuracyObjective, oriented, scoreText } from '../../core/search/objective.ts';
import type { Objective } from '../../core/search/objective.ts';
import { formatDelta, formatPercent } from './numbers.ts';

export { accuracyObjective };
export type { Objective };

type Kind = Pick<Objective, 'kind' | 'title' | 'direction'>;

/** A value as the number that it stands for: "74.3 %", "45,120". `digits` are decimals of accuracies. */
export function formatValue(objective: Kind, value: number | null | undefined, digits = 1): string {
  if (objective.kind === 'accuracy') return formatPercent(value, digits);
  return value === null || value === undefined || !Number.isFinite(value) ? '–' : scoreText(oriented(objective, value));
}

/** "Accuracy", "DSS". */
export function valueName({ kind, title }: Kind): string {
  return kind === 'accuracy' ? 'Accuracy' : title;
}

/** For axes: "Accuracy (%)", "DSS", "NTK condition (lower is better)". */
export function valueAxisName(objective: Kind): string {
  if (objective.kind === 'accuracy') return 'Accuracy (%)';
  return objective.direction === 'lower' ? `${objective.title} (lower is better)` : objective.title;
}

/** In words for sentences: "accuracy", "DSS". */
export function valueWord(objective: Kind): string {
  return objective.kind === 'accuracy' ? 'accuracy' : objective.title;
}

/** A difference of two values: "+0.8 points", or of scores "+1,204". */
export function formatValueChange(objective: Kind, value: number, other: number): string {
  if (objective.kind === 'accuracy') return `${formatDelta((value - other) * 100)} points`;
  const change = oriented(objective, value) - oriented(objective, other);
  return `${change < 0 ? '−' : '+'}${scoreText(Math.abs(change))}`;
}

/** Values in units of an axis: accuracies in percent, scores as they are. */
export const axisFactor = ({ kind }: Kind): number => (kind === 'accuracy' ? 100 : 1);

/** Labels of ticks at values, which a linear axis has evenly spaced: as many digits as tell them apart. */
export function valueLabels(objective: Kind, ticks: readonly number[], plain: (numbers: readonly number[]) => string[]): string[] {
  const numbers = ticks.map((tick) => oriented(objective, tick) * axisFactor(objective));
  const largest = Math.max(...numbers.map(Math.abs));
  if (objective.kind === 'accuracy' || largest < 1e4) return plain(numbers);
  const [unit, factor] = largest >= 1e9 ? [' G', 1e9] : largest >= 1e6 ? [' M', 1e6] : ['', 1];
  if (factor === 1) return numbers.map((number) => number.toLocaleString('en-US', { maximumFractionDigits: 0 }));
  return plain(numbers.map((number) => number / factor)).map((text) => `${text}${unit}`);
}
