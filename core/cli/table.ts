export interface Column {
  readonly title: string;
  /** Numbers to the right, so that their digits line up; names to the left. */
  readonly align: 'left' | 'right';
}

/** Rows of text as aligned lines under their titles, two spaces apart. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const all = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, i) => Math.max(...all.map((row) => row[i].length)));
  return all.map((row) => row
    .map((cell, i) => (columns[i].align === 'left' ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
    .join('  ').trimEnd());
}

/** "64,899,072" */
export const grouped = (value: number) => value.toLocaleString('en-US');

/** "8.91 MB", in powers of 1000. */
export function sizeText(bytes: number): string {
  if (bytes < 1e3) return `${bytes} bytes`;
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : [bytes / 1e6, 'MB'];
  return `${value < 100 ? value.toPrecision(3) : Math.round(value)} ${unit}`;
}
