/** More sweeps than this for one eigenvalue mean that the matrix holds numbers that are not finite. */
const maxSweeps = 60;

/**
 * All eigenvalues of a symmetric matrix, ascending, in double precision: Householder's reduction to tridiagonal form,
 * then the QL algorithm with implicit shifts (Golub and Van Loan, Matrix Computations, 8.3). Errors are some units in the
 * last place of the largest eigenvalue, so that smaller ones are lost in them.
 *
 * @param matrix n x n, row by row; only its lower half is read
 * @returns undefined when it does not converge, as for numbers that are not finite
 */
export function symmetricEigenvalues(matrix: Float64Array, n: number): Float64Array | undefined {
  if (matrix.length !== n * n) throw new RangeError(`A ${n} x ${n} matrix has ${n * n} numbers, not ${matrix.length}.`);
  const { diagonal, besides } = tridiagonalise(matrix.slice(), n);
  return diagonalise(diagonal, besides) ? diagonal.sort() : undefined;
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Entry i stands between the diagonal's i - 1 and i; the first is zero. */
  readonly besides: Float64Array;
}

/** Reflects one row after the other, from the last, onto its entry beside the diagonal. The matrix is overwritten. */
function tridiagonalise(a: Float64Array, n: number): Tridiagonal {
  const diagonal = new Float64Array(n);
  const besides = new Float64Array(n);
  const p = new Float64Array(n);
  for (let i = n - 1; i > 0; i--) {
    const v = a.subarray(i * n, i * n + i);
    const head = v[i - 1];
    let scale = 0;
    for (let k = 0; k < i - 1; k++) scale = Math.max(scale, Math.abs(v[k]));
    diagonal[i] = a[i * n + i];
    if (scale === 0) {
      besides[i] = head;
      continue;
    }
    scale = Math.max(scale, Math.abs(head));
    let square = 0;
    for (let k = 0; k < i; k++) {
      v[k] /= scale;
      square += v[k] * v[k];
    }
    const norm = v[i - 1] > 0 ? -Math.sqrt(square) : Math.sqrt(square);
    besides[i] = scale * norm;
    // H = I - v v' / half, with v the scaled row less its image.
    const half = square - v[i - 1] * norm;
    v[i - 1] -= norm;
    multiplySymmetric(a, n, i, v, p);
    let along = 0;
    for (let k = 0; k < i; k++) {
      p[k] /= half;
      along += p[k] * v[k];
    }
    along /= 2 * half;
    for (let k = 0; k < i; k++) p[k] -= along * v[k];
    for (let row = 0; row < i; row++) {
      const [vRow, pRow, start] = [v[row], p[row], row * n];
      for (let k = 0; k <= row; k++) a[start + k] -= vRow * p[k] + pRow * v[k];
    }
  }
  diagonal[0] = a[0];
  return { diagonal, besides };
}

/** The product of the leading part of a symmetric matrix, of which the lower half is there, and a vector of its size. */
function multiplySymmetric(a: Float64Array, n: number, size: number, v: Float64Array, into: Float64Array): void {
  into.fill(0, 0, size);
  for (let row = 0; row < size; row++) {
    const [start, vRow] = [row * n, v[row]];
    let sum = 0;
    for (let k = 0; k < row; k++) {
      const entry = a[start + k];
      sum += entry * v[k];
      into[k] += entry * vRow;
    }
    into[row] += sum + a[start + row] * vRow;
  }
}

/** Chases what stands beside the diagonal away, eigenvalue by eigenvalue. @returns whether that succeeded */
function diagonalise(d: Float64Array, besides: Float64Array): boolean {
  const n = d.length;
  const e = new Float64Array(n);
  e.set(besides.subarray(1));
  for (let first = 0; first < n; first++) {
    for (let sweep = 0; ; sweep++) {
      let last = first;
      // What is not a number is not small.
      while (last < n - 1 && !(Math.abs(e[last]) <= Number.EPSILON * (Math.abs(d[last]) + Math.abs(d[last + 1])))) last++;
      if (last === first) break;
      if (sweep === maxSweeps) return false;
      sweepOnce(d, e, first, last);
    }
    if (!Number.isFinite(d[first])) return false;
  }
  return true;
}

/** One implicit QL step on the part between two rows, shifted by an estimate of its first eigenvalue. */
function sweepOnce(d: Float64Array, e: Float64Array, first: number, last: number): void {
  const ratio = (d[first + 1] - d[first]) / (2 * e[first]);
  const root = Math.hypot(ratio, 1);
  let g = d[last] - d[first] + e[first] / (ratio + (ratio >= 0 ? root : -root));
  let [sine, cosine, shift] = [1, 1, 0];
  for (let i = last - 1; i >= first; i--) {
    const f = sine * e[i];
    const b = cosine * e[i];
    const length = Math.hypot(f, g);
    e[i + 1] = length;
    if (length === 0) {
      // The part falls into two.
      d[i + 1] -= shift;
      e[last] = 0;
      return;
    }
    sine = f / length;
    cosine = g / length;
    g = d[i + 1] - shift;
    const r = (d[i] - g) * sine + 2 * cosine * b;
    shift = sine * r;
    d[i + 1] = g + shift;
    g = cosine * r - b;
  }
  d[first] -= shift;
  e[first] = g;
  e[last] = 0;
}
