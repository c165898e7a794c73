import type { DeviceModel, KindEntry } from './deviceModel.ts';
import { measureExtrapolation } from './extrapolation.ts';
import { latencyKindOf, latencyKinds } from './features.ts';
import type { LatencyKind } from './features.ts';
import { defaultFitSettings, fitKind, fitRoofline } from './kindModel.ts';
import type { FitSettings } from './kindModel.ts';
import type { MeasuredBlock } from './lut/table.ts';
import { rangesOf } from './ranges.ts';

/** The part of a device model that measured blocks determine. */
export type FittedKinds = Pick<DeviceModel, 'kinds' | 'fallback'>;

/**
 * Fits every kind of block that was measured: roofline, correction, ranges and how it extrapolates.
 * @param coverage of the interval that the extrapolation error is a quantile for.
 */
export function fitKinds(
  rows: readonly MeasuredBlock[], coverage: number, settings: FitSettings = defaultFitSettings,
): FittedKinds {
  const kinds: Partial<Record<LatencyKind, KindEntry>> = {};
  for (const kind of latencyKinds) {
    const ofKind = rows.filter(({ block }) => latencyKindOf(block) === kind);
    if (ofKind.length === 0) continue;
    kinds[kind] = {
      measuredBlocks: ofKind.length,
      ...fitKind(ofKind, settings) as Pick<KindEntry, 'roofline' | 'correction'>,
      ranges: rangesOf(ofKind.map(({ block }) => block)) as KindEntry['ranges'],
      extrapolation: measureExtrapolation(ofKind, coverage, settings),
    };
  }
  return { kinds, fallback: fitRoofline(rows) };
}
