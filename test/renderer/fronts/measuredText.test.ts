import { describe, expect, it } from 'vitest';
import { measuredText, measuredTitle } from '../../../renderer/screens/fronts/single/measuredText.ts';

const row = { id: '0a1b2c3d', key: 'k', predictedMs: 20, lowMs: 19, highMs: 21, measuredMs: 21.3, errorPercent: -6.1, isInside: false, isDoubtful: false };

describe('a measured latency in the table of architectures', () => {
  it('says by how much it is longer or shorter than predicted', () => {
    expect(measuredText(row)).toBe('21.3 ms, 6.5 % more');
    expect(measuredText({ ...row, measuredMs: 19.5 })).toBe('19.5 ms, 2.5 % less');
    expect(measuredText({ ...row, isDoubtful: true })).toBe('21.3 ms, 6.5 % more, doubtful');
  });

  it('says whether it lies inside the interval, and whether it can be relied on', () => {
    expect(measuredTitle(row)).toMatch(/^Predicted 19.* to 21.* ms: the measurement is outside\.$/);
    expect(measuredTitle({ ...row, isInside: true, isDoubtful: true })).toMatch(/inside\. Its rounds disagree, so it is doubtful\.$/);
  });
});
