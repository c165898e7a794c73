/** A column to sort by. */
export type SortColumn = Float32Array | Float64Array | Uint32Array;

/**
 * All rows in the order of a column, kept while the column grows: new rows are sorted among themselves and merged in.
 * Equal values stay in the order of their rows; NaN goes last in both directions.
 */
export class RowOrder {
  #column: SortColumn | undefined;
  #descending = false;
  #order = new Uint32Array();

  /** @param column undefined: the rows as they are, or the other way round */
  of(column: SortColumn | undefined, count: number, descending: boolean): Uint32Array {
    if (column === undefined) return Uint32Array.from({ length: count }, (_, i) => (descending ? count - 1 - i : i));
    const grows = this.#column !== undefined && this.#column.buffer === column.buffer && this.#descending === descending
      && this.#order.length <= count;
    const known = grows ? this.#order : new Uint32Array();
    if (known.length < count) {
      const compare = comparator(column, descending);
      const added = Uint32Array.from({ length: count - known.length }, (_, i) => known.length + i).sort(compare);
      this.#order = known.length === 0 ? added : merged(known, added, compare);
    }
    this.#column = column;
    this.#descending = descending;
    return this.#order;
  }
}

function comparator(column: SortColumn, descending: boolean): (a: number, b: number) => number {
  const sign = descending ? -1 : 1;
  return (a, b) => {
    const [x, y] = [column[a], column[b]];
    if (x < y) return -sign;
    if (x > y) return sign;
    if (x === y) return a - b;
    return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
  };
}

function merged(one: Uint32Array, other: Uint32Array, compare: (a: number, b: number) => number): Uint32Array<ArrayBuffer> {
  const all = new Uint32Array(one.length + other.length);
  for (let i = 0, j = 0, at = 0; at < all.length; at += 1) {
    const takesOne = j >= other.length || (i < one.length && compare(one[i], other[j]) <= 0);
    all[at] = takesOne ? one[i++] : other[j++];
  }
  return all;
}

/** The rows of an order that a mask keeps (null: all), pinned ones first. */
export function listedRows(order: Uint32Array, mask: Uint8Array | null, pinned: ReadonlySet<number>): number[] {
  const rows: number[] = [];
  if (pinned.size > 0) for (const row of order) if (pinned.has(row)) rows.push(row);
  for (let i = 0; i < order.length; i += 1) {
    const row = order[i];
    if ((mask === null || mask[row] !== 0) && !(pinned.size > 0 && pinned.has(row))) rows.push(row);
  }
  return rows;
}

/** 1 for the rows of any of the lists. */
export function maskOf(lists: Iterable<Iterable<number>>, count: number): Uint8Array {
  const mask = new Uint8Array(count);
  for (const rows of lists) for (const row of rows) if (row < count) mask[row] = 1;
  return mask;
}

/** At most `most` rows, evenly spread over what the mask keeps (null: all of `count`), ascending. */
export function sampledRows(mask: Uint8Array | null, count: number, most: number): { rows: Uint32Array; of: number } {
  const kept: number[] = [];
  for (let row = 0; row < count; row += 1) if (mask === null || mask[row] !== 0) kept.push(row);
  if (kept.length <= most) return { rows: Uint32Array.from(kept), of: kept.length };
  return { rows: Uint32Array.from({ length: most }, (_, i) => kept[Math.floor((i * kept.length) / most)]), of: kept.length };
}
