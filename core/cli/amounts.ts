import { InputError } from '../base/errors.ts';

const factors: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };

/** A count as people write it: "64899000", "100e6", "250k", "64.9M", "1.5G"; undefined when it is something else. */
export function parseAmount(text: string): number | undefined {
  const match = /^(\d+(?:\.\d*)?(?:e\+?\d{1,3})?|\.\d+(?:e\+?\d{1,3})?)([kmg]?)$/i.exec(text.trim());
  if (match === null) return undefined;
  const amount = Number(match[1]) * factors[match[2].toLowerCase()];
  return Number.isFinite(amount) ? amount : undefined;
}

/** Both ends belong to the range. */
export interface AmountRange {
  readonly min: number;
  readonly max: number;
}

/**
 * "100M:200M"; an end left out is open.
 * @returns undefined when it is no range
 * @throws InputError `empty-range` when the ends are the wrong way round
 */
export function parseRange(text: string): AmountRange | undefined {
  const ends = text.split(':').map((end) => end.trim());
  if (ends.length !== 2 || ends.every((end) => end === '')) return undefined;
  const min = ends[0] === '' ? 0 : parseAmount(ends[0]);
  const max = ends[1] === '' ? Infinity : parseAmount(ends[1]);
  if (min === undefined || max === undefined) return undefined;
  if (min > max) throw new InputError('empty-range', `the range "${text}" is empty: ${ends[0]} is more than ${ends[1]}`);
  return { min, max };
}

