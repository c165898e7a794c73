import { describe, expect, it } from 'vitest';
import type { Device } from '../../../core/api/contract/types.ts';
import { verdictOf } from '../../../renderer/screens/devices/calibrate/verdict.ts';

type Errors = Device['evaluations'][number]['errors'];

const errors = (change: Partial<Errors>): Errors => ({
  count: 20, mapePercent: 2, rmspePercent: 3, biasPercent: 0, worstPercent: 6, withinPercent: { 1: 30, 3: 80, 5: 95, 10: 100 }, kendallTau: 0.95, ...change,
});
const device = (change: Partial<Errors>, baselineMape = 12, observedCoverage = 0.9): Parameters<typeof verdictOf>[0] => ({
  evaluations: [{ title: '20 measured networks', errors: errors(change) }],
  baselines: [{ title: 'MACs alone, 20 measured networks', errors: errors({ mapePercent: baselineMape }) }, { title: 'Roofline alone: each term', errors: errors({ mapePercent: 30 }) }],
  interval: { coverage: 0.9, observedCoverage, halfWidthPercent: 5 }, measurements: { networks: 20 },
});

describe('the verdict on a device model', () => {
  it('is good where nine in ten networks are within a tenth, and asks for nothing then', () => {
    const verdict = verdictOf(device({}));
    expect(verdict).toMatchObject({ level: 'good', title: 'You can rely on it', advice: '' });
    expect(verdict.sentences.join(' ')).toContain('2.0 % off on average, 6.0 % at worst, 100 % of them within 10 %');
    expect(verdict.sentences.join(' ')).toContain('MACs alone, would be 12.0 % off');
  });

  it('tells a model that orders networks rightly from one that says nothing', () => {
    const far = { mapePercent: 18, withinPercent: { 1: 0, 3: 10, 5: 20, 10: 40 } };
    expect(verdictOf(device(far)).level).toBe('fair');
    expect(verdictOf(device({ ...far, kendallTau: 0.4 }, 40))).toMatchObject({ level: 'poor', title: 'Do not rely on it yet' });
  });

  it('says that simpler means do as well, and that few networks make rough figures', () => {
    const verdict = verdictOf(device({ count: 4 }, 1.5));
    expect(verdict.sentences.join(' ')).toContain('no better than MACs alone, which would be 1.5 % off');
    expect(verdict.sentences.join(' ')).toContain('With 4 networks these figures are rough themselves');
    expect(verdict.advice).toContain('Measure more networks');
  });

  it('warns of an interval that holds too seldom, and of a device that was not at rest', () => {
    expect(verdictOf(device({}, 12, 0.7)).sentences.join(' ')).toContain('held in 70.0 % of cases, less than the 90 %');
    expect(verdictOf(device({ count: 50, mapePercent: 30, kendallTau: 0.2, withinPercent: { 10: 20 } }, 40)).advice).toContain('not at rest');
  });

  it('claims nothing where nothing was compared', () => {
    expect(verdictOf({ ...device({}), evaluations: [] }).level).toBe('unknown');
  });

  it('is never good of blocks alone, because nobody knows how whole networks differ from their sums', () => {
    const { level, sentences, advice } = verdictOf({ ...device({}), measurements: { networks: 0 } });
    expect(level).toBe('fair');
    expect(sentences[0]).toMatch(/^Only blocks alone were measured/);
    expect(advice).toMatch(/^Measure some whole networks/);
  });
});
