import type { ProxyResult } from './proxy.ts';

/**
 * The mean of a measure over networks with fresh weights, with each network's value and the mean's standard error.
 * @param meaning what it means when a value is not finite
 */
export function summarisedRepeats(values: readonly number[], meaning: string): Pick<ProxyResult, 'value' | 'standardError' | 'parts' | 'invalid'> {
  const parts: Record<string, number> = Object.fromEntries(values.map((value, i) => [`network ${i + 1}`, value]));
  const failed = values.filter((value) => !Number.isFinite(value)).length;
  if (failed > 0) return { value: NaN, parts, invalid: `${meaning} (${failed} of ${values.length} networks)` };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardError = Math.sqrt(squares / (values.length - 1) / values.length);
  return values.length > 1 ? { value: mean, standardError, parts: { ...parts, 'standard error': standardError } } : { value: mean, parts };
}
