/**
 * The SVG path of a small line chart over `width` by `height`; gaps where values are not finite. `bounds` fixes the
 * value range, otherwise it is that of the values. A flat line runs through the middle.
 */
export function sparklinePath(values: readonly number[], width: number, height: number, bounds?: readonly [number, number]): string {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return '';
  const low = bounds?.[0] ?? finite.reduce((a, b) => Math.min(a, b));
  const high = bounds?.[1] ?? finite.reduce((a, b) => Math.max(a, b));
  const x = (index: number): number => (values.length === 1 ? width / 2 : (index / (values.length - 1)) * width);
  const y = (value: number): number => (high === low ? height / 2 : height - ((value - low) / (high - low)) * height);
  let path = '';
  let drawing = false;
  values.forEach((value, index) => {
    if (Number.isFinite(value)) path += `${drawing ? 'L' : 'M'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    drawing = Number.isFinite(value);
  });
  return path;
}
