/** An axis as its lines are drawn: a value lies at `zero + slope * value` pixels from the top. */
export interface LineAxis {
  readonly x: number;
  readonly column: ArrayLike<number>;
  readonly zero: number;
  readonly slope: number;
}

/**
 * Of `lines`, the one that passes nearest above or below a place; -1 when none does within `reach` pixels or the place
 * lies outside the axes (from left to right). The first of equally near ones.
 */
export function nearestLine(axes: readonly LineAxis[], lines: ArrayLike<number>, x: number, y: number, reach: number): number {
  const right = axes.findIndex((axis) => axis.x >= x);
  if (right < 0 || axes.length < 2) return -1;
  const [from, to] = [axes[Math.max(0, right - 1)], axes[Math.max(1, right)]];
  const share = (x - from.x) / (to.x - from.x);
  if (share < 0) return -1;
  let nearest = -1;
  let least = reach;
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i];
    const start = from.zero + from.slope * from.column[line];
    const end = to.zero + to.slope * to.column[line];
    const distance = Math.abs(start + (end - start) * share - y);
    if (distance < least || (nearest < 0 && distance === least)) {
      least = distance;
      nearest = line;
    }
  }
  return nearest;
}

/** One line through its places from axis to axis as an SVG path; places that are not known leave gaps. */
export function linePath(places: readonly (readonly [number, number])[]): string {
  return places.map(([x, y], i) => (Number.isNaN(y) ? '' : `${i === 0 || Number.isNaN(places[i - 1][1]) ? 'M' : 'L'}${x} ${y}`)).join('');
}
