/** Numbers as people read them: three significant digits where that is enough, units after a space. */

const dash = '–';

/** `value` with `digits` significant digits and no exponent: 0.0123, 1.23, 12.3, 123. */
export function significant(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return dash;
  if (value === 0) return '0';
  const decimals = Math.max(0, Math.min(12, digits - 1 - Math.floor(Math.log10(Math.abs(value)))));
  const text = value.toFixed(decimals);
  // 9.999 rounds to 10.00: one digit too many.
  const digitsNow = text.replace(/[-.]/g, '').replace(/^0+/, '').length;
  return decimals > 0 && digitsNow > digits ? value.toFixed(decimals - 1) : text;
}

function scaled(value: number, steps: readonly string[], base: number, joiner: string): string {
  let power = 0;
  let rest = value;
  while (power < steps.length - 1 && Math.abs(Number(significant(rest))) >= base) {
    rest /= base;
    power += 1;
  }
  const number = power === 0 && Number.isInteger(value) ? String(value) : significant(rest);
  return `${number}${steps[power] === '' ? '' : joiner + steps[power]}`;
}

/** Multiply-accumulates: "284 M", "1.23 G". Pass `unit` for "284 MMACs". */
export function formatMacs(macs: number | null | undefined, options: { unit?: boolean } = {}): string {
  if (macs === null || macs === undefined || !Number.isFinite(macs)) return dash;
  const text = scaled(macs, ['', 'K', 'M', 'G', 'T'], 1000, ' ');
  return options.unit ? (/[A-Z]$/.test(text) ? `${text}MACs` : `${text} MACs`) : text;
}

/** Parameter counts: "5.72 M". */
export function formatParams(params: number | null | undefined): string {
  return formatMacs(params);
}

/** Counts with thin grouping: "200,000". */
export function formatCount(count: number | null | undefined): string {
  if (count === null || count === undefined || !Number.isFinite(count)) return dash;
  return Math.round(count).toLocaleString('en-US');
}

/** A very large count as a power of ten: "1.1 × 10^16"; below a million as `formatCount`. */
export function formatHuge(count: number | bigint | null | undefined): string {
  if (count === null || count === undefined) return dash;
  const value = Number(count);
  if (!Number.isFinite(value)) return dash;
  if (Math.abs(value) < 1e6) return formatCount(value);
  const [mantissa, exponent] = value.toExponential(1).split('e');
  const superscript = exponent.replace('+', '').replace(/[-0-9]/g, (digit) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(digit)]);
  return `${mantissa} × 10${superscript}`;
}

/** A latency: "12.3 ms", "0.84 ms", "1,240 ms" stays in milliseconds because budgets are in milliseconds. */
export function formatMs(ms: number | null | undefined, options: { unit?: boolean } = {}): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return dash;
  const text = Math.abs(ms) >= 1000 ? Math.round(ms).toLocaleString('en-US') : significant(ms);
  return options.unit === false ? text : `${text} ms`;
}

/** Sizes in powers of 1024: "512 B", "4.2 MiB". */
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined || !Number.isFinite(bytes)) return dash;
  return scaled(bytes, ['B', 'KiB', 'MiB', 'GiB', 'TiB'], 1024, ' ');
}

/** A fraction as percent: 0.7431 becomes "74.3 %"; `digits` are decimals. */
export function formatPercent(fraction: number | null | undefined, digits = 1): string {
  if (fraction === null || fraction === undefined || !Number.isFinite(fraction)) return dash;
  return `${(fraction * 100).toFixed(digits)} %`;
}

/** A signed difference with a true minus sign: "+0.8", "−1.2". */
export function formatDelta(value: number | null | undefined, digits = 1): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return dash;
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return `±${text}`;
  return `${value < 0 ? '−' : '+'}${text}`;
}
