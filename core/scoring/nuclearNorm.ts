import { gram } from '../base/gram.ts';
import { symmetricEigenvalues } from '../base/symmetricEigenvalues.ts';
import type { Matrix } from './layerMatrix.ts';

/**
 * The sum of a matrix's singular values, tr sqrt(W' W), from the eigenvalues of its Gram matrix in double precision.
 * Singular values below 1e-8 of the largest are lost in rounding, which changes the sum by less than 1e-8 for each.
 * @returns NaN when there is none, as for numbers that are not finite
 */
export function nuclearNorm({ rows, columns, values }: Matrix): number {
  const eigenvalues = symmetricEigenvalues(gram(values, rows, columns), Math.min(rows, columns));
  return eigenvalues === undefined ? NaN : eigenvalues.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
}

/** Multiply-accumulates that it takes: half of the Gram matrix, and the reduction to tridiagonal form. */
export function nuclearNormMacs({ rows, columns }: Pick<Matrix, 'rows' | 'columns'>): number {
  const [n, m] = [Math.min(rows, columns), Math.max(rows, columns)];
  return n * n * m / 2 + (2 / 3) * n ** 3;
}
