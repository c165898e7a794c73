import type { AxisScale } from '../types.ts';

/** Round values within [low, high]: about one for every `spacing` pixels. On a log axis 1, 2 and 5 of each decade where they fit. */
export function ticks(scale: AxisScale, low: number, high: number, pixels: number, spacing = 64): number[] {
  const most = Math.max(2, Math.floor(pixels / spacing));
  if (scale === 'log' && high / low >= 8) {
    for (const digits of [[1, 2, 5], [1, 3], [1]]) {
      const values = decades(low, high, digits);
      if (values.length <= most + 1 && values.length >= 2) return values;
    }
  }
  if (scale === 'log' && high / low >= 8) return decades(low, high, [1]);
  return linearTicks(low, high, most);
}

function linearTicks(low: number, high: number, most: number): number[] {
  const step = roundStep((high - low) / most);
  if (!(step > 0)) return [low];
  const values: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i += 1) values.push(rounded(i * step));
  return values;
}

/** The least of 1, 2, 5 times a power of ten that is not below `least`. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((digit) => digit * power >= least * (1 - 1e-9)) ?? 10;
  return rounded(factor * power);
}

function decades(low: number, high: number, digits: readonly number[]): number[] {
  const values: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
    for (const digit of digits) {
      const value = rounded(digit * 10 ** power);
      if (value >= low && value <= high) values.push(value);
    }
  }
  return values;
}

/** Takes away the last bits that sums and powers of ten leave: 0.30000000000000004 is 0.3. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

/** All ticks with as many decimals as the finest needs; at least none. */
export function tickLabels(values: readonly number[]): string[] {
  const step = values.slice(1).reduce((least, value, i) => Math.min(least, value - values[i]), Infinity);
  const ratio = values[0] > 0 ? values[values.length - 1] / values[0] : 1;
  const own = (value: number): string => String(Number(value.toPrecision(6)));
  if (!Number.isFinite(step) || ratio > 20) return values.map(own);
  const decimals = Math.max(0, ...values.map((value) => (own(value).split('.')[1] ?? '').length));
  return values.map((value) => value.toFixed(Math.min(decimals, 8)));
}
