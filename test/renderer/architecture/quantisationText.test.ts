import { describe, expect, it } from 'vitest';
import { defaultCalibrationImages } from '../../../core/export/precision/calibration.ts';
import { defaultRanges, rangeMethods } from '../../../core/export/precision/clipping.ts';
import { rangeOptions, usual } from '../../../renderer/screens/architecture/export/quantisationText.ts';

describe('what int8 exports are offered', () => {
  it('is every method that there is, and what the core does where nothing is chosen', () => {
    expect(rangeOptions.map(({ value }) => value).sort()).toEqual([...rangeMethods].sort());
    expect(usual).toEqual({ images: defaultCalibrationImages, ranges: defaultRanges });
  });
});
