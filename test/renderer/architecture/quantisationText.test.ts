import { describe, expect, it } from 'vitest';
import { methods } from '../../../core/api/contract/contract.ts';
import { defaultCalibrationImages } from '../../../core/export/precision/calibration.ts';
import { defaultRanges, rangeMethods } from '../../../core/export/precision/clipping.ts';
import { precisionHint } from '../../../renderer/screens/architecture/export/exportText.ts';
import { quantisationAsked, rangeOptions, usual } from '../../../renderer/screens/architecture/export/quantisationText.ts';

describe('what int8 exports are offered', () => {
  it('is every method that there is, and what the core does where nothing is chosen', () => {
    expect(rangeOptions.map(({ value }) => value).sort()).toEqual([...rangeMethods].sort());
    expect(usual).toEqual({ images: defaultCalibrationImages, ranges: defaultRanges });
  });

  it('says where ranges come from, which is not from images where a study has none', () => {
    expect(precisionHint('int8', true)).toContain('on training images');
    expect(precisionHint('int8', false)).toContain('no images, so ranges come from random numbers');
    expect(precisionHint('int8', false)).not.toContain('training images');
    expect(precisionHint('float16', false)).toBe(precisionHint('float16', true));
  });

  it('is asked for with int8 alone, in words that the contract takes', () => {
    const chosen = { images: 64, ranges: 'percentile' } as const;
    const asked = quantisationAsked({ precision: 'int8', hasImages: true, ...chosen });
    expect(asked).toEqual({ quantisation: chosen });
    const { input } = methods['architectures.export'];
    const whole = { study: 'a', arch: {}, out: 'a.onnx', batch: 'dynamic', precision: 'int8' };
    expect(input.parse({ ...whole, ...asked })).toMatchObject(asked);
    expect(input.safeParse({ ...whole, quantisation: { ...chosen, images: 0 } }).success).toBe(false);
    expect(quantisationAsked({ precision: 'int8', hasImages: true, ...chosen, images: null })).toEqual({ quantisation: { ranges: 'percentile' } });
    for (const other of [{ precision: 'float16', hasImages: true }, { precision: 'int8', hasImages: false }] as const) expect(quantisationAsked({ ...other, ...chosen })).toEqual({});
  });
});
