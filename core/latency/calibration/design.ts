import type { Block } from '../../network/blocks.ts';
import { shapeOf } from '../blockShape.ts';
import { latencyKindOf, termNames, termsOf } from '../features.ts';
import type { LatencyKind, TermName } from '../features.ts';
import { factorOf, gridKeyOf, partsOf, rooflineMs } from '../kindModel.ts';
import type { KindModel } from '../kindModel.ts';
import { median } from '../measurements/statistics.ts';
import { typicalKinds } from './typicalRates.ts';

/** Blocks that were measured together: a whole network, or part of one. */
export interface MeasuredBlocks {
  readonly blocks: readonly Block[];
  readonly latencyMs: number;
  /** Variance of the measurement itself, relative to the latency; what the model cannot say comes on top. */
  readonly relativeVariance: number;
}

/** A device whose models are taken as a first guess. */
export interface KnownDevice {
  /** Of another device; absent for what is known of the device itself. */
  readonly name?: string;
  readonly kinds: Readonly<Partial<Record<LatencyKind, KindModel>>>;
}

/** One coefficient to fit: a term of a part of a known device's model of a kind. */
export interface Column {
  readonly kind: LatencyKind;
  readonly device: number;
  /** Which of the parts of the device's kind (`partsOf`). */
  readonly part: number;
  readonly term: TermName;
}

/** What a known device takes for one column on maps of one size, divided by the number of devices that know the kind. */
interface Entry {
  readonly column: number;
  /** Place among the grids; -1 for blocks without one. */
  readonly grid: number;
  readonly ms: number;
}

/** The linear problem: the first guess of each row, spread over coefficients and sizes of maps. */
export interface Design {
  readonly columns: readonly Column[];
  readonly grids: readonly string[];
  readonly rows: readonly (readonly Entry[])[];
  /** By row and device: the share of the row's work that the device's part of the guess stands for, at typical rates. */
  readonly shares: readonly (readonly number[])[];
  /** By row, the variance of what the model never explains, relative to that of typical networks (unexplained.ts). */
  readonly unexplained: readonly number[];
}

/**
 * Spreads each row's first guess, the sum over blocks of the mean of what the known devices say, over columns and grids.
 * @throws RangeError when no device knows a block's kind
 */
export function designOf(rows: readonly (readonly Block[])[], devices: readonly KnownDevice[]): Design {
  const columns: Column[] = [];
  const columnNumbers = new Map<string, number>();
  const grids: string[] = [];
  const numberOf = (column: Column) => {
    const key = `${column.kind} ${column.device} ${column.part} ${column.term}`;
    let number = columnNumbers.get(key);
    if (number === undefined) columnNumbers.set(key, number = columns.push(column) - 1);
    return number;
  };
  const blocksByShape = new Map<string, BlockEntries>();
  const entriesOf = (block: Block): BlockEntries => {
    const shape = `${latencyKindOf(block)} ${shapeOf(block)}`;
    let known = blocksByShape.get(shape);
    if (known === undefined) {
      const grid = gridNumber(grids, gridKeyOf(block));
      const knowing = devices.flatMap(({ kinds }, device) => (kinds[latencyKindOf(block)] === undefined ? [] : [device]));
      if (knowing.length === 0) throw new RangeError(`No device knows blocks of the kind ${latencyKindOf(block)}.`);
      known = {
        entries: firstGuessOf(block, devices, knowing).map(({ column, ms }) => ({ column: numberOf(column), grid, ms })),
        typicalMs: rooflineMs(typicalKinds[latencyKindOf(block)].roofline, block), knowing,
      };
      blocksByShape.set(shape, known);
    }
    return known;
  };
  const all = rows.map((blocks) => blocks.map(entriesOf));
  return {
    columns, grids, unexplained: rows.map(() => 1),
    rows: all.map((blocks) => merged(blocks.flatMap(({ entries }) => entries))),
    shares: all.map((blocks) => {
      const total = blocks.reduce((sum, { typicalMs }) => sum + typicalMs, 0);
      return devices.map((_, device) =>
        blocks.reduce((sum, { typicalMs, knowing }) => sum + (knowing.includes(device) ? typicalMs / knowing.length : 0), 0) / total);
    }),
  };
}

interface BlockEntries {
  readonly entries: readonly Entry[];
  readonly typicalMs: number;
  readonly knowing: readonly number[];
}

function merged(entries: readonly Entry[]): Entry[] {
  const sums = new Map<string, Entry>();
  for (const entry of entries) {
    const key = `${entry.column} ${entry.grid}`;
    sums.set(key, { ...entry, ms: entry.ms + (sums.get(key)?.ms ?? 0) });
  }
  return [...sums.values()];
}

function gridNumber(grids: string[], key: string | undefined): number {
  if (key === undefined) return -1;
  const known = grids.indexOf(key);
  return known >= 0 ? known : grids.push(key) - 1;
}

/** Terms that cost something on the devices that know the kind, each device weighing alike. */
function firstGuessOf(block: Block, devices: readonly KnownDevice[], knowing: readonly number[]): { column: Column; ms: number }[] {
  const kind = latencyKindOf(block);
  const terms = termsOf(block);
  return knowing.flatMap((device) => partsOf(devices[device].kinds[kind]!).flatMap((known, part) => {
    const factor = factorOf(known, block) / knowing.length;
    return termNames.flatMap((term) => {
      const ms = (known.roofline[term] ?? 0) * terms[term] * factor;
      return ms > 0 ? [{ column: { kind, device, part, term }, ms }] : [];
    });
  }));
}

/**
 * For each device, what brings its predictions to the scale of the measurements: the median ratio.
 * @param places of the rows with these latencies
 */
export function scalesOf({ columns, rows, shares }: Design, places: readonly number[], latenciesMs: readonly number[]): number[] {
  return shares[places[0]].map((_, device) => {
    const ratios = places.flatMap((place, i) => {
      const ms = rows[place].reduce((sum, entry) => sum + (columns[entry.column].device === device ? entry.ms : 0), 0);
      return ms > 0 ? [latenciesMs[i] * shares[place][device] / ms] : [];
    });
    return ratios.length > 0 ? median(ratios) : 1;
  });
}

/** Some rows of a design as shares of latencies, each device at its scale. */
export function relativeRows(design: Design, places: readonly number[], latenciesMs: readonly number[], scales: readonly number[]): Design {
  return {
    ...design, shares: places.map((place) => design.shares[place]), unexplained: places.map((place) => design.unexplained[place]),
    rows: places.map((place, i) => design.rows[place].map((entry) => ({
      ...entry, ms: entry.ms * scales[design.columns[entry.column].device] / latenciesMs[i],
    }))),
  };
}

/** Each row's columns summed over grids, with what each grid is multiplied by (1 + `gridShifts`). */
export function columnsOf({ columns, rows }: Design, gridShifts: readonly number[]): number[][] {
  return rows.map((row) => {
    const values = new Array<number>(columns.length).fill(0);
    for (const { column, grid, ms } of row) values[column] += ms * (1 + (gridShifts[grid] ?? 0));
    return values;
  });
}

/** Each row's time on maps of each size, where column `j` counts `multipliers[j]` times. */
export function gridsOf({ grids, rows }: Design, multipliers: readonly number[]): number[][] {
  return rows.map((row) => {
    const values = new Array<number>(grids.length).fill(0);
    for (const { column, grid, ms } of row) if (grid >= 0) values[grid] += ms * multipliers[column];
    return values;
  });
}
