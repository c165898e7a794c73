import { ticks } from '../../charts/points/ticks.ts';
import type { TransferReport } from './transferText.ts';

/** A network in a picture: where it was before, and where it is after the transfer. In the picture's units. */
export interface ChartPoint {
  readonly id: string;
  readonly name: string;
  readonly x: number;
  readonly before: number;
  readonly after: number;
  /** Ends of the interval of the mean over seeds; null for a single seed. */
  readonly low: number | null;
  readonly high: number | null;
  readonly onFront: boolean;
}

export interface ChartLayout {
  readonly width: number;
  readonly height: number;
  readonly plot: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  readonly points: readonly ChartPoint[];
  /** The front after the transfer, from the fastest on, as the points of a polyline. */
  readonly front: string;
  readonly xTicks: readonly { readonly at: number; readonly value: number }[];
  readonly yTicks: readonly { readonly at: number; readonly value: number }[];
  /** Of the budget; null without one inside the picture. */
  readonly limit: number | null;
}

const size = { width: 560, height: 300 };
const plot = { left: 52, right: 540, top: 14, bottom: 256 };

/** Accuracy against predicted latency on a device, before and after. */
export function chartLayout({ networks }: Pick<TransferReport, 'networks'>, { rows, maxMs }: TransferReport['devices'][number]): ChartLayout {
  const found = rows.map((row) => ({ ...row, network: networks.find(({ id }) => id === row.id)! }));
  const x = scaled(found.map(({ latencyMs }) => latencyMs), plot.left, plot.right, 0);
  const y = scaled(found.flatMap(({ network: { accuracyBefore, accuracy: { mean }, interval } }) => [accuracyBefore, mean, ...(interval === null ? [] : [interval.low, interval.high])]), plot.bottom, plot.top, 0);
  const points = found.map(({ id, latencyMs, onFront, network: { name, accuracyBefore, accuracy: { mean }, interval } }): ChartPoint => ({
    id, name: name ?? id, x: x.at(latencyMs), before: y.at(accuracyBefore), after: y.at(mean), low: interval && y.at(interval.low), high: interval && y.at(interval.high), onFront,
  }));
  const limit = maxMs === undefined ? null : x.at(maxMs);
  return {
    ...size, plot, points, front: points.filter(({ onFront }) => onFront).map((point) => `${point.x},${point.after}`).join(' '),
    xTicks: ticks('linear', x.low, x.high, plot.right - plot.left, 70).map((value) => ({ at: x.at(value), value })),
    yTicks: ticks('linear', y.low, y.high, plot.bottom - plot.top, 40).map((value) => ({ at: y.at(value), value })),
    limit: limit !== null && limit >= plot.left && limit <= plot.right ? limit : null,
  };
}

/** A linear axis with some room around its values, which does not begin below `least`. */
function scaled(values: readonly number[], from: number, to: number, least: number) {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const room = (max - min || Math.abs(max) || 1) * 0.12;
  const [low, high] = [Math.max(least, min - room), max + room];
  return { low, high, at: (value: number) => Math.round(10 * (from + ((value - low) / (high - low)) * (to - from))) / 10 };
}
