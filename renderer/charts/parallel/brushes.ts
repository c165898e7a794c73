import { extent } from '../points/pointSearch.ts';
import type { ParallelBrush, ParallelDimension } from '../types.ts';

/** The range that a dimension's axis shows: its values', or the column's; never empty. */
export function dimensionRange({ values, column }: ParallelDimension): [number, number] {
  const [low, high] = values.length > 0 ? [values[0], values[values.length - 1]] : extent(column);
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** The lines within every brush, ascending. A brush on an unknown dimension is ignored; NaN lies in no brush. */
export function brushedLines(dimensions: readonly ParallelDimension[], brushes: readonly ParallelBrush[], count: number): Uint32Array {
  const checks = brushes.flatMap(({ name, range: [low, high] }) => {
    const dimension = dimensions.find((one) => one.name === name);
    return dimension ? [{ column: dimension.column, low, high }] : [];
  });
  const lines: number[] = [];
  for (let line = 0; line < count; line += 1) {
    if (checks.every(({ column, low, high }) => column[line] >= low && column[line] <= high)) lines.push(line);
  }
  return Uint32Array.from(lines);
}

/** The brushes with one end of one dimension's moved; a brush over the whole range is none. */
export function movedBrush(
  brushes: readonly ParallelBrush[],
  name: string,
  whole: readonly [number, number],
  range: readonly [number, number],
): ParallelBrush[] {
  const [low, high] = [Math.max(whole[0], Math.min(...range)), Math.min(whole[1], Math.max(...range))];
  const others = brushes.filter((brush) => brush.name !== name);
  return low <= whole[0] && high >= whole[1] ? others : [...others, { name, range: [low, high] }];
}

/** The next value of a dimension from `value` in a direction; a fortieth of the range on continuous ones. */
export function nextValue({ values, column }: ParallelDimension, value: number, direction: 1 | -1): number {
  if (values.length === 0) {
    const [low, high] = extent(column);
    return Math.max(low, Math.min(high, value + direction * (high - low) / 40));
  }
  const ahead = values.filter((one) => (one - value) * direction > 1e-9);
  return ahead.length === 0 ? value : direction > 0 ? ahead[0] : ahead[ahead.length - 1];
}
