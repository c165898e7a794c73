import type { Matrix } from '../linearAlgebra.ts';
import type { Column } from './design.ts';

/**
 * How far the truth may be from the first guess: standard deviations, as shares of the guess, of deviations that
 * coefficients have in common. A deviation that many coefficients share is learned from a few measurements; what only one
 * has needs measurements that tell it from the others.
 */
export interface Prior {
  readonly title: string;
  /** Of everything together. */
  readonly scale: number;
  /** Of one known device against the others. */
  readonly device: number;
  /** Of one kind of block. */
  readonly kind: number;
  /** Of one kind of work in all kinds of blocks. */
  readonly term: number;
  /** Of one kind of work in one kind of block. */
  readonly kindTerm: number;
  /** Of a single coefficient. */
  readonly column: number;
  /** Of maps of one width in all kinds of blocks: rows that fill a processor's vectors badly, or fall badly into its caches. */
  readonly grid: number;
}

/** When nothing is known of the device: proportions may be off by half, each kind's by a third. */
export const unknownDevicePrior: Prior = {
  title: 'typical rates', scale: 0.5, device: 0, kind: 0.1, term: 0.5, kindTerm: 0.3, column: 0, grid: 0.03,
};

/** When other devices are known: mostly a mixture of them, with kinds and work weighing somewhat differently. */
export const knownDevicesPrior: Prior = {
  title: 'known devices', scale: 0.3, device: 0.3, kind: 0.1, term: 0.1, kindTerm: 0.1, column: 0.02, grid: 0.01,
};

/** When there is an earlier model of the same device: it may be slower or faster by now, but hardly another device. */
export const earlierModelPrior: Prior = {
  title: 'the earlier model of this device', scale: 0.1, device: 0, kind: 0.03, term: 0.03, kindTerm: 0.02, column: 0, grid: 0.005,
};

/** When blocks of the same device were measured alone: in a network, they have caches, layouts and overheads in common. */
export const probedDevicePrior: Prior = {
  title: 'measured blocks', scale: 0.2, device: 0, kind: 0.05, term: 0.05, kindTerm: 0.03, column: 0, grid: 0.01,
};

/** The deviations that are not those of grids, and which columns share one. */
const sharedBy: Readonly<Record<'scale' | 'device' | 'kind' | 'term' | 'kindTerm' | 'column', (column: Column) => string>> = {
  scale: () => '',
  device: ({ device }) => String(device),
  kind: ({ kind }) => kind,
  term: ({ term }) => term,
  kindTerm: ({ kind, term }) => `${kind} ${term}`,
  column: ({ kind, device, part, term }) => `${kind} ${device} ${part} ${term}`,
};
export type SharedDeviation = keyof typeof sharedBy;
export const sharedDeviations = Object.keys(sharedBy) as SharedDeviation[];

/** For each column, the number of its group: columns of one group deviate together. */
export function groupsOf(columns: readonly Column[], deviation: SharedDeviation): number[] {
  const numbers = new Map<string, number>();
  return columns.map((column) => {
    const key = sharedBy[deviation](column);
    let number = numbers.get(key);
    if (number === undefined) numbers.set(key, number = numbers.size);
    return number;
  });
}

/** Covariance of the columns' multipliers about 1. */
export function covarianceOf(columns: readonly Column[], prior: Prior): number[][] {
  const groups = sharedDeviations.map((name) => ({ variance: prior[name] ** 2, group: groupsOf(columns, name) }));
  return columns.map((_, i) => columns.map((__, j) =>
    groups.reduce((sum, { variance, group }) => sum + (group[i] === group[j] ? variance : 0), i === j ? 1e-8 : 0)));
}

/**
 * Rows seen as independent deviations of standard deviation 1: products of two rows are what the prior says that their
 * sums have in common.
 * @param rows by column @param grids the same rows by grid
 */
export function deviationsOf(rows: Matrix, grids: Matrix, columns: readonly Column[], prior: Prior): number[][] {
  const shared = sharedDeviations.filter((name) => prior[name] > 0).map((name) => {
    const group = groupsOf(columns, name);
    return { group, count: Math.max(-1, ...group) + 1, deviation: prior[name] };
  });
  return rows.map((row, i) => [
    ...shared.flatMap(({ group, count, deviation }) => {
      const sums = new Array<number>(count).fill(0);
      row.forEach((value, j) => { sums[group[j]] += deviation * value; });
      return sums;
    }),
    ...(prior.grid > 0 ? grids[i].map((value) => prior.grid * value) : []),
  ]);
}
