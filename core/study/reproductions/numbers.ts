/** Figures as text, alike in all tables. */

/** "5.87" */
export const millions = (count: number, digits = 2): string => (count / 1e6).toFixed(digits);
/** "1.34" */
export const billions = (count: number, digits = 2): string => (count / 1e9).toFixed(digits);

/** "1,000" */
export const grouped = (count: number): string => count.toLocaleString('en-US');

/** "−0.49", "0.49" */
export const signed = (value: number, digits = 2): string => value.toFixed(digits).replace('-', '−').replace(/^−(0(?:\.0*)?)$/, '$1');

/** "+4.73 %" */
export const signedPercent = (share: number, digits = 2): string => `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(digits)} %`;

/** Whether a figure rounds to the one that was printed. @param printed "5.1" */
export const roundsTo = (value: number, printed: string): boolean => value.toFixed(printed.split('.')[1]?.length ?? 0) === printed;

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of values that were drawn: with n - 1. */
export function sampleDeviation(values: readonly number[]): number {
  return deviationOf(values) * Math.sqrt(values.length / (values.length - 1));
}

/** Of all values that there are: with n. */
export function deviationOf(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return mean([sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]]);
}

/** "a", "a and b", "a, b and c" */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
