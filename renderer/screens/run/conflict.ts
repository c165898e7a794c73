import { formatMacs } from '../../format/index.ts';
import type { LineSeries } from '../../charts/types.ts';
import type { ConflictEvent } from './history.ts';

type Matrix = ConflictEvent['cosine'];

/** By size of both subnets: what a measurement of gradient conflict is looked at for first. */
const relations: readonly { readonly id: string; readonly name: string; readonly tone: number; holds(a: number, b: number, sizes: number): boolean }[] = [
  { id: 'same', name: 'Same size', tone: 1, holds: (a, b) => a === b },
  { id: 'neighbours', name: 'Neighbouring sizes', tone: 4, holds: (a, b) => b === a + 1 },
  { id: 'ends', name: 'Smallest and largest', tone: 2, holds: (a, b, sizes) => a === 0 && b === sizes - 1 && b > 0 },
];

/** Mean cosines over the training, of subnets of the same size, of neighbouring ones, and of the smallest with the largest. */
export function agreementSeries(conflicts: readonly ConflictEvent[]): LineSeries[] {
  const x = conflicts.map(({ step }) => step);
  return known(relations.map(({ id, name, tone, holds }) => ({
    id, name, tone, smooth: false, x,
    y: conflicts.map(({ cosine }) => mean(cosine.flatMap((row, a) => row.filter((_, b) => holds(a, b, cosine.length))))),
  })));
}

/** Of two subnets of one bucket, by the bucket's level: any two, and dashed the best two remembered. */
export function pairSeries(conflicts: readonly ConflictEvent[]): LineSeries[] {
  const levels = [...new Set(conflicts.flatMap(({ pairs }) => pairs.map(({ macs }) => macs)))].sort((a, b) => a - b);
  const tones = [1, 2, 3];
  const x = conflicts.map(({ step }) => step);
  return known(levels.flatMap((level, index): LineSeries[] => {
    const at = ({ pairs }: ConflictEvent) => pairs.find(({ macs }) => macs === level);
    const tone = tones[index % tones.length];
    return [
      { id: `${level} any`, name: `${formatMacs(level)}, any two`, tone, smooth: false, x, y: conflicts.map((conflict) => at(conflict)?.random ?? Number.NaN) },
      {
        id: `${level} best`, name: `${formatMacs(level)}, best two`, tone, smooth: false, dashed: true, x,
        y: conflicts.map((conflict) => at(conflict)?.good ?? Number.NaN),
      },
    ];
  }));
}

/** Where the colours of all matrices of a study end: the largest cosine of either sign, rounded up to a quarter. */
export function colourEnd(conflicts: readonly ConflictEvent[]): number {
  const largest = Math.max(0, ...conflicts.map(({ cosine }) => Math.max(0, ...cosine.flat().map((value) => Math.abs(value ?? 0)))));
  return Math.min(1, Math.max(0.25, Math.ceil(largest * 4) / 4));
}

/** The largest standard error of a measurement; undefined where each mean is that of one pair. */
export function largestError({ standardError }: ConflictEvent): number | undefined {
  const values = (standardError ?? []).flat().filter((value) => value !== null);
  return values.length === 0 ? undefined : Math.max(...values);
}

function mean(values: Matrix[number]): number {
  const finite = values.filter((value) => value !== null);
  return finite.reduce((sum, value) => sum + value, 0) / finite.length;
}

const known = (series: readonly LineSeries[]) => series.filter(({ y }) => Array.from(y).some((value) => !Number.isNaN(value)));
