import { describe, expect, it } from 'vitest';
import { accuracyObjective } from '../../../renderer/format/index.ts';
import type { Objective } from '../../../renderer/format/index.ts';
import { csvOf, jsonOf } from '../../../renderer/screens/fronts/single/architectureTexts.ts';
import type { ListedArchitecture } from '../../../renderer/screens/fronts/single/architectureTexts.ts';

const row: ListedArchitecture = {
  id: 'a1', key: 'k', arch: { depths: [1, 2] }, number: 0.897, latencyMs: { pixel4: Math.fround(5.07), 'my, phone': NaN },
  macs: 41_900_000, params: 948_000, generation: 3, fronts: ['pixel4'],
};

describe('architectures as CSV', () => {
  // RFC 4180: lines end in CRLF; fields with commas or quotes are quoted, quotes doubled.
  it('has a header, a line each, and quotes what needs it', () => {
    expect(csvOf([row], ['pixel4', 'my, phone'], accuracyObjective)).toBe(
      'id,name,accuracy,latency_ms_pixel4,"latency_ms_my, phone",macs,params,generation,fronts,arch\r\n'
      + 'a1,,0.897,5.07,,41900000,948000,3,pixel4,"{""depths"":[1,2]}"\r\n',
    );
  });

  it('gives spreadsheets nothing to run', () => {
    expect(csvOf([{ ...row, name: '=1+1' }], [], accuracyObjective)).toContain("a1,'=1+1,");
  });
});

describe('architectures of a study that scores', () => {
  const dss: Objective = { id: 'dss', title: 'DSS', kind: 'score', direction: 'higher' };

  it('say which score it is, and give it with all its digits', () => {
    expect(csvOf([{ ...row, number: 10_517_272 }], [], dss)).toContain('id,name,score_dss,macs,params,generation,fronts,arch\r\na1,,10517272,');
    const [back] = JSON.parse(jsonOf([{ ...row, number: 45_120.25 }, { ...row, number: NaN }], dss)) as Record<string, unknown>[];
    expect(back).toMatchObject({ id: 'a1', proxy: 'dss', score: 45_120.25 });
    expect(back).not.toHaveProperty('accuracy');
  });
});

describe('architectures as JSON', () => {
  it('can be read back, with null for what is not known', () => {
    const [back] = JSON.parse(jsonOf([row], accuracyObjective)) as Record<string, unknown>[];
    expect(back).toMatchObject({ id: 'a1', accuracy: 0.897, latencyMs: { pixel4: 5.07, 'my, phone': null }, arch: { depths: [1, 2] } });
  });
});
