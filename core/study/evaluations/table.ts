import type { EvaluationRow } from './eventLine.ts';

type Numbers = Float32Array | Float64Array | Uint32Array;

/** A stretch of rows, a column each, as copies. Missing values are NaN. */
export interface EvaluationColumns {
  /** The first row. */
  readonly from: number;
  readonly count: number;
  /** Of the study's objective, larger is better. */
  readonly value: Float64Array;
  readonly macs: Float64Array;
  readonly params: Float64Array;
  /** Of the search: 0 is the initial population, then one for each generation. */
  readonly batch: Uint32Array;
  /** Predicted, by device. */
  readonly latencyMs: Readonly<Record<string, Float32Array>>;
}

/** The columns that every table has. `offset` and `sizeBytes` say where the row's line is in the history's file. */
export interface FixedColumns {
  readonly macs: Float64Array;
  readonly params: Float64Array;
  readonly offset: Float64Array;
  readonly value: Float64Array;
  readonly batch: Uint32Array;
  readonly seq: Uint32Array;
  readonly sizeBytes: Uint32Array;
}

/** The same with their latencies, as they lie in memory and in an index. */
export interface AllColumns extends FixedColumns {
  readonly latencyMs: ReadonlyMap<string, Float32Array>;
}

const leastRows = 1024;

/** Evaluated architectures as columns of numbers: 56 bytes a row for three devices. */
export class EvaluationTable {
  #count = 0;
  #columns = fixedColumns(0);
  #latencyMs = new Map<string, Float32Array>();

  /** @param columns taken over, not copied. */
  static of({ latencyMs, ...fixed }: AllColumns): EvaluationTable {
    const table = new EvaluationTable();
    table.#columns = fixed;
    table.#latencyMs = new Map(latencyMs);
    table.#count = fixed.seq.length;
    return table;
  }

  get count(): number {
    return this.#count;
  }

  /** In the order of their first appearance. */
  get devices(): string[] {
    return [...this.#latencyMs.keys()];
  }

  /** @param value of the row's number */
  append(row: EvaluationRow, value: number, batch: number, offset: number, sizeBytes: number): void {
    if (this.#count === this.#columns.seq.length) this.#grow();
    const i = this.#count++;
    const columns = this.#columns;
    columns.value[i] = value;
    columns.macs[i] = row.macs;
    columns.params[i] = row.params;
    columns.batch[i] = batch;
    columns.seq[i] = row.seq;
    columns.offset[i] = offset;
    columns.sizeBytes[i] = sizeBytes;
    for (const device in row.latencyMs) {
      if (!this.#latencyMs.has(device)) this.#latencyMs.set(device, new Float32Array(columns.seq.length).fill(NaN));
    }
    for (const [device, column] of this.#latencyMs) {
      column[i] = Object.hasOwn(row.latencyMs, device) ? row.latencyMs[device] ?? NaN : NaN;
    }
  }

  /** Takes back the rows of events after `afterSeq`. */
  dropAfter(afterSeq: number): void {
    const { seq } = this.#columns;
    while (this.#count > 0 && seq[this.#count - 1] > afterSeq) this.#count--;
  }

  clear(): void {
    this.#count = 0;
    this.#latencyMs.clear();
  }

  /** Copies of rows `from` up to but not including `to`. */
  slice(from = 0, to = this.#count): EvaluationColumns {
    const end = Math.min(to, this.#count);
    const { value, macs, params, batch } = this.#columns;
    return {
      from, count: Math.max(0, end - from),
      value: value.slice(from, end), macs: macs.slice(from, end), params: params.slice(from, end),
      batch: batch.slice(from, end),
      latencyMs: Object.fromEntries([...this.#latencyMs].map(([device, column]) => [device, column.slice(from, end)])),
    };
  }

  /** Every column up to the last row, as views that are good until the table changes. */
  views(): AllColumns {
    const end = this.#count;
    const { macs, params, offset, value, batch, seq, sizeBytes } = this.#columns;
    return {
      macs: macs.subarray(0, end), params: params.subarray(0, end), offset: offset.subarray(0, end),
      value: value.subarray(0, end), batch: batch.subarray(0, end), seq: seq.subarray(0, end),
      sizeBytes: sizeBytes.subarray(0, end),
      latencyMs: new Map([...this.#latencyMs].map(([device, column]) => [device, column.subarray(0, end)])),
    };
  }

  #grow(): void {
    const capacity = Math.max(leastRows, Math.ceil(1.5 * this.#count));
    const old = this.#columns;
    this.#columns = fixedColumns(capacity);
    for (const name of Object.keys(old) as (keyof FixedColumns)[]) (this.#columns[name] as Numbers).set(old[name]);
    for (const [device, column] of this.#latencyMs) {
      const larger = new Float32Array(capacity);
      larger.set(column);
      this.#latencyMs.set(device, larger);
    }
  }
}

function fixedColumns(rows: number): FixedColumns {
  return {
    macs: new Float64Array(rows), params: new Float64Array(rows), offset: new Float64Array(rows),
    value: new Float64Array(rows), batch: new Uint32Array(rows), seq: new Uint32Array(rows),
    sizeBytes: new Uint32Array(rows),
  };
}
