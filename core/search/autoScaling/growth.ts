import type { StagedSize } from '../../spaces/space.ts';

/**
 * The candidates of a step (Algorithm 2, line 3): one block more in one of the stages, and one of the widths. Widths are
 * rounded to whole numbers, half to even as in the release; ratios that give the same width count once.
 */
export function grownSizes({ width, depths }: StagedSize, widthRatios: readonly number[]): StagedSize[] {
  const widths = [...new Set(widthRatios.map((ratio) => roundHalfToEven(width * ratio)))];
  return depths.flatMap((depth, stage) => widths.map((wider): StagedSize => ({ width: wider, depths: depths.with(stage, depth + 1) })));
}

/** Python's `round`. */
export function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
