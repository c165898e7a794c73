/** The most of a tone's colour that text in the ordinary colour can still be read on, in both themes. */
export const largestMix = 0.52;

/**
 * A background of two hues, orange below zero and blue above, that colour-blind eyes tell apart; as strong as the value is
 * far from 0, and none at 0 itself.
 * @param end of the scale, on both sides
 */
export function divergingColor(value: number | null, end: number): string {
  if (value === null || !Number.isFinite(value)) return 'transparent';
  const share = Math.min(1, Math.abs(value) / end) * largestMix;
  return `color-mix(in srgb, var(--series-${value < 0 ? 2 : 1}) ${(share * 100).toFixed(1)}%, transparent)`;
}
