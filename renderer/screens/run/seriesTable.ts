/** Numbers that come one after the other, in memory of their own. What `values` gave out is not to be kept over a `cut`. */
class Column {
  #memory = new Float64Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#memory.length) {
      const larger = new Float64Array(this.#memory.length * 2);
      larger.set(this.#memory);
      this.#memory = larger;
    }
    this.#memory[this.#length++] = value;
  }

  at(index: number): number {
    return this.#memory[index];
  }

  cut(length: number): void {
    this.#length = length;
  }

  values(): Float64Array {
    return this.#memory.subarray(0, this.#length);
  }
}

/** Rows of numbers by name, each with the sequence number of the event that told it; values that are not known are NaN. */
export class SeriesTable<Name extends string> {
  readonly #sequence = new Column();
  readonly #columns: ReadonlyMap<Name, Column>;

  constructor(names: readonly Name[]) {
    this.#columns = new Map(names.map((name) => [name, new Column()]));
  }

  get length(): number {
    return this.#sequence.length;
  }

  /** Appends a row. @param seq larger than that of the row before */
  add(seq: number, values: Readonly<Partial<Record<Name, number | null>>>): void {
    this.#sequence.push(seq);
    for (const [name, column] of this.#columns) column.push(values[name] ?? Number.NaN);
  }

  /** Forgets the rows that later events than `seq` told. */
  dropAfter(seq: number): void {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sequence.at(middle) > seq) high = middle;
      else low = middle + 1;
    }
    this.#sequence.cut(low);
    for (const column of this.#columns.values()) column.cut(low);
  }

  /** A view of the column as it is now: rows that are added later do not show, so ask again after every change. */
  column(name: Name): Float64Array {
    return this.#column(name).values();
  }

  /** The newest known value, NaN without one. */
  last(name: Name): number {
    const column = this.#column(name);
    for (let index = column.length - 1; index >= 0; index--) if (!Number.isNaN(column.at(index))) return column.at(index);
    return Number.NaN;
  }

  /** Whether any row knows the value. */
  has(name: Name): boolean {
    return !Number.isNaN(this.last(name));
  }

  #column(name: Name): Column {
    const column = this.#columns.get(name);
    if (!column) throw new Error(`The table has no column "${name}".`);
    return column;
  }
}
