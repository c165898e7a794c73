import { fromPixel, toPixel } from '../points/axis.ts';
import { roundStep } from '../points/ticks.ts';
import type { Axis } from '../points/axis.ts';

/** A budget as a person would write it: rounded to what about one pixel of the axis can tell apart. */
export function budgetAt(axis: Axis, pixel: number): number {
  const at = Math.max(0, Math.min(axis.pixels, pixel));
  const value = fromPixel(axis, at);
  const step = roundStep(Math.abs(fromPixel(axis, at + 0.5) - fromPixel(axis, at - 0.5)) / 2);
  return Number((Math.round(value / step) * step).toPrecision(6));
}

const strides: Readonly<Record<string, number>> = {
  ArrowLeft: -2, ArrowDown: -2, ArrowRight: 2, ArrowUp: 2, PageDown: -40, PageUp: 40,
};

/** The budget after a key, or null for keys that do not move it. Shift makes arrows take tenfold strides. */
export function budgetAfterKey(axis: Axis, budgetMs: number, key: string, shift: boolean): number | null {
  if (key === 'Home') return budgetAt(axis, 0);
  if (key === 'End') return budgetAt(axis, axis.pixels);
  const stride = strides[key];
  if (stride === undefined) return null;
  return budgetAt(axis, toPixel(axis, budgetMs) + stride * (shift ? 10 : 1));
}
