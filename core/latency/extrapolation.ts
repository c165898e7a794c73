import { conformalQuantile } from './conformal.ts';
import { geometryOf } from './features.ts';
import { fitKind, kindMs } from './kindModel.ts';
import type { FitSettings, KindModel } from './kindModel.ts';
import type { MeasuredBlock } from './lut/table.ts';
import { checkRanges, rangesOf, smallestDistance } from './ranges.ts';

/** How a kind's model behaves beyond what was measured. */
export interface Extrapolation {
  /** Whether the trees' correction (that of the nearest measured shapes) extrapolates better than the bare roofline. */
  readonly keepsCorrection: boolean;
  /** Half-width of the interval for log latency, per octave outside the measured ranges (ranges.ts). */
  readonly logErrorPerOctave: number;
}

/** Used where too little was measured to hold any of it out: about a factor of 2 per octave. */
const unknown: Extrapolation = { keepsCorrection: false, logErrorPerOctave: 0.7 };

const heldOutFeatures = ['grid', 'channels', 'inputChannels', 'outputChannels'];

/**
 * Measures extrapolation by extrapolating: for the grid and each width in turn, the lower half of the range (on a log
 * scale) is held out from fitting, then the upper half, and the blocks held out are predicted. Each of these
 * experiments gives the quantile, at the coverage asked for, of |log(predicted / measured)| / distance; the worst
 * experiment counts. An experiment needs two values of its feature to fit and ten blocks.
 */
export function measureExtrapolation(
  rows: readonly MeasuredBlock[], coverage: number, settings: FitSettings,
): Extrapolation {
  const corrected: number[] = [];
  const roofline: number[] = [];
  for (const heldOut of heldOutHalves(rows)) {
    const fitted = rows.filter((row) => !heldOut.has(row));
    const model = fitKind(fitted, settings);
    corrected.push(errorPerOctave(model, fitted, heldOut, coverage));
    roofline.push(errorPerOctave({ roofline: model.roofline }, fitted, heldOut, coverage));
  }
  if (roofline.length === 0) return unknown;
  const [worstCorrected, worstRoofline] = [Math.max(...corrected), Math.max(...roofline)];
  const keepsCorrection = worstCorrected < worstRoofline;
  const worst = keepsCorrection ? worstCorrected : worstRoofline;
  if (!Number.isFinite(worst)) return unknown;
  return { keepsCorrection, logErrorPerOctave: Number(worst.toPrecision(4)) };
}

function heldOutHalves(rows: readonly MeasuredBlock[]): Set<MeasuredBlock>[] {
  const halves: Set<MeasuredBlock>[] = [];
  for (const feature of heldOutFeatures) {
    const valueOf = (row: MeasuredBlock) => geometryOf(row.block)[feature];
    const values = [...new Set(rows.map(valueOf))].filter((value) => value !== undefined).sort((a, b) => a - b);
    if (values.length < 3) continue;
    const middle = Math.sqrt(values[0] * values[values.length - 1]);
    const low = Math.min(middle, values[values.length - 2]);
    const high = Math.max(middle, values[1]);
    halves.push(new Set(rows.filter((row) => valueOf(row) < low)), new Set(rows.filter((row) => valueOf(row) > high)));
  }
  return halves.filter((half) => half.size > 0 && rows.length - half.size >= 10);
}

function errorPerOctave(
  model: KindModel, fitted: readonly MeasuredBlock[], heldOut: ReadonlySet<MeasuredBlock>, coverage: number,
): number {
  const ranges = rangesOf(fitted.map(({ block }) => block));
  const scores = [...heldOut].map(({ block, latencyMs }) => {
    const { distance } = checkRanges(block, ranges);
    return Math.abs(Math.log(kindMs(model, block) / latencyMs)) / Math.max(distance, smallestDistance);
  });
  return conformalQuantile(scores, coverage);
}

/** Half-width for log latency of a block that lies `distance` octaves outside. */
export function extrapolationHalfWidth({ logErrorPerOctave }: Extrapolation, distance: number): number {
  return logErrorPerOctave * Math.max(distance, smallestDistance);
}

