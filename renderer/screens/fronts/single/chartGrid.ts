export interface ChartGrid {
  readonly columns: number;
  /** In the units of the area; more than it has where the charts would get too flat. */
  readonly rowHeight: number;
  /** Whether one more chart fits beside those of the devices. */
  readonly hasRoom: boolean;
}

const leastWidth = 320;
const leastHeight = 250;

/**
 * How charts of `devices` devices share an area of `width` by `height` CSS pixels (at the smallest font size): in as few
 * rows as leave each chart wide enough, evenly filled.
 * @param hasExtra one more chart would be welcome where there is room for it
 */
export function gridOf(devices: number, width: number, height: number, hasExtra: boolean): ChartGrid {
  const most = Math.max(1, Math.floor(width / leastWidth));
  const hasRoom = hasExtra && (devices + 1 <= most || (devices > most && devices % most !== 0 && height >= 2 * leastHeight));
  const charts = devices + (hasRoom ? 1 : 0);
  const rows = Math.ceil(charts / most);
  return { columns: Math.max(1, Math.ceil(charts / rows)), rowHeight: Math.max(leastHeight, Math.floor((height - 12 * (rows - 1)) / rows)), hasRoom };
}
