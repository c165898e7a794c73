import { symmetricEigenvalues } from '../base/symmetricEigenvalues.ts';
import type { ProxyResult } from './proxy.ts';

/** The largest eigenvalue of a positive semidefinite matrix over the smallest, given its lower half. */
export function conditionNumber(matrix: Float64Array, n: number): Pick<ProxyResult, 'value' | 'invalid'> {
  const eigenvalues = symmetricEigenvalues(matrix, n);
  if (!eigenvalues) return { value: NaN, invalid: "the kernel's eigenvalues were not found" };
  const [smallest, largest] = [eigenvalues[0], eigenvalues[n - 1]];
  if (smallest < 0) return { value: NaN, invalid: `the kernel's smallest eigenvalue is negative (${smallest.toExponential(2)}), which only rounding makes it` };
  // Its entries are sums of products in single precision.
  if (!(smallest > 2 ** -24 * largest)) return { value: NaN, invalid: 'the kernel is singular to working precision' };
  return { value: largest / smallest };
}
