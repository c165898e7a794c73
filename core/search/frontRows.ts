/** The columns of evaluated architectures on one device; as long as each other. Rows with a NaN take no part. */
export interface FrontColumns {
  readonly latencyMs: ArrayLike<number>;
  readonly value: ArrayLike<number>;
}

/**
 * The row numbers of the Pareto front, as `paretoFront` gives it for the same points: by ascending latency, the first
 * of equal points. Made for columns of hundreds of thousands of rows that grow while they are watched: a row is
 * compared with the front alone, so there is no sorting, and `front` may hold the front of the rows before `from`.
 *
 * `mask` leaves out rows where it is 0. O(n log f) for a front of f rows, plus O(f) for each row that enters it.
 */
export function frontRows(columns: FrontColumns, mask?: ArrayLike<number>, from = 0, front: readonly number[] = []): number[] {
  const { latencyMs, value } = columns;
  const rows = [...front];
  for (let row = from; row < latencyMs.length; row += 1) {
    const ms = latencyMs[row];
    const own = value[row];
    if (!Number.isFinite(ms) || !Number.isFinite(own) || (mask !== undefined && mask[row] === 0)) continue;
    // Rows of the front before `at` are not slower than this one; the last of them has their highest value.
    const at = rowsWithin(latencyMs, rows, ms);
    if (at > 0 && value[rows[at - 1]] >= own) continue;
    let start = at;
    if (at > 0 && latencyMs[rows[at - 1]] === ms) start -= 1;
    let end = at;
    while (end < rows.length && value[rows[end]] <= own) end += 1;
    rows.splice(start, end - start, row);
  }
  return rows;
}

/**
 * How many rows of a front keep a budget. The front under a budget is a beginning of the whole front, because what
 * dominates an architecture is never slower: a budget that moves costs a binary search.
 */
export function rowsWithin(latencyMs: ArrayLike<number>, front: readonly number[], budgetMs: number): number {
  let low = 0;
  let high = front.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (latencyMs[front[middle]] <= budgetMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
