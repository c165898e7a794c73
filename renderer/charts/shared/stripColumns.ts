/** How often each bucket index occurs; values outside [0, buckets) count nowhere. */
export function bucketCounts(values: ArrayLike<number>, buckets: number, from = 0, to = values.length): number[] {
  const counts = new Array<number>(buckets).fill(0);
  for (let i = from; i < to; i += 1) {
    if (values[i] >= 0 && values[i] < buckets) counts[values[i]] += 1;
  }
  return counts;
}

/** The same for `columns` equal parts of the steps. */
export function columnCounts(values: ArrayLike<number>, buckets: number, columns: number): number[][] {
  const edge = (column: number): number => Math.floor((column * values.length) / columns);
  return Array.from({ length: columns }, (_, column) => bucketCounts(values, buckets, edge(column), edge(column + 1)));
}
