import { describe, expect, it } from 'vitest';
import type { Measurement } from '../../../core/latency/measurements/record.ts';
import { repeatability } from '../../../core/latency/measurements/repeatability.ts';
import { example } from './example.ts';

const measured = (latencyMs: number, session: string | undefined, model = 'ab', changes: Partial<Measurement> = {}): Measurement =>
  ({ ...example, latencyMs, session, model: { name: model, sha256: model.repeat(32) }, ...changes });

describe('repeatability', () => {
  it('is how far sessions are apart for the same file on the same device', () => {
    const sessions = [measured(20, 'monday'), measured(21, 'friday'), measured(50, 'monday', 'cd'), measured(49, 'friday', 'cd'), measured(99, 'friday', 'ef')];
    expect(repeatability(sessions)).toEqual({ models: 2, medianPercent: expect.closeTo((5 + 100 / 49) / 2, 9) as unknown, worstPercent: expect.closeTo(5, 9) as unknown });
  });

  it('says nothing of one session, of several devices, or of imports', () => {
    const { target } = example;
    expect(repeatability([measured(20, 'monday'), measured(30, 'monday')])).toBeUndefined();
    expect(repeatability([measured(20, 'monday'), measured(30, 'friday', 'ab', { target: { ...target, threads: 4 } })])).toBeUndefined();
    expect(repeatability([measured(20, undefined), measured(30, undefined)])).toBeUndefined();
  });
});
