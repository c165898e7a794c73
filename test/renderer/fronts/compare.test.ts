import { describe, expect, it } from 'vitest';
import { hypervolume } from '../../../core/search/indicators.ts';
import { accuracyObjective } from '../../../renderer/format/index.ts';
import { differences } from '../../../renderer/screens/fronts/compare/differences.ts';
import type { ComparedStudy } from '../../../renderer/screens/fronts/compare/differences.ts';
import { commonReference, jointFront } from '../../../renderer/screens/fronts/compare/jointFront.ts';

const at = (latencyMs: number, value: number) => ({ latencyMs, value });

describe('the joint front of studies', () => {
  const reference = at(10, 0);
  const one = [at(1, 0.2), at(4, 0.5), at(8, 0.6)];
  const other = [at(2, 0.4), at(4, 0.5), at(6, 0.7)];
  const joint = jointFront([one, other], reference);

  it('keeps what no study dominates', () => {
    expect(joint.front).toEqual([at(1, 0.2), at(2, 0.4), at(4, 0.5), at(6, 0.7)]);
    // By hand: 1 ms at 0.2, 2 ms at 0.4, 2 ms at 0.5, 4 ms at 0.7.
    expect(joint.hypervolume).toBeCloseTo(0.2 + 0.8 + 1 + 2.8, 12);
  });

  it('counts members for every study that found them', () => {
    expect(joint.contributions.map(({ members }) => members)).toEqual([2, 3]);
    expect(joint.contributions.map(({ share }) => share)).toEqual([0.5, 0.75]);
  });

  it('says what it would lose without a study', () => {
    expect(joint.contributions[0].exclusive).toBeCloseTo(joint.hypervolume - hypervolume(other, reference), 12);
    expect(joint.contributions[1].exclusive).toBeCloseTo(joint.hypervolume - hypervolume(one, reference), 12);
  });

  it('is empty where no study found anything', () => {
    expect(jointFront([[], []], reference)).toMatchObject({ front: [], hypervolume: 0, contributions: [{ share: 0 }, { share: 0 }] });
  });
});

describe('the common reference point', () => {
  it('is the largest latency and the smallest value of those that are known', () => {
    expect(commonReference([at(5, 0.25), null, at(4, 0.1)])).toEqual(at(5, 0.1));
    expect(commonReference([null])).toBeNull();
  });
});

describe('what differs between studies', () => {
  const study = (name: string, change: Partial<ComparedStudy> = {}, data: Partial<NonNullable<ComparedStudy['data']>> = {}): ComparedStudy => ({
    name, space: 'elasticvit-mini', objective: accuracyObjective, devices: ['pixel4'], data: { trainImages: 60, valImages: 10, imageSize: 32, classes: ['cat', 'dog'], ...data }, ...change,
  });

  it('is nothing for a study with another seed', () => {
    expect(differences([study('A'), study('B')])).toEqual([]);
  });

  it('names spaces, images, classes and devices', () => {
    const notes = differences([
      study('A'), study('B'), study('C', { space: 'pit-ti', devices: ['pixel6', 'pixel4'] }, { imageSize: 64, trainImages: 80, classes: ['cat', 'dog', 'owl'] }),
    ]);
    expect(notes).toEqual([
      'The search spaces differ: elasticvit-mini in A and B, pit-ti in C.',
      'The numbers of classes differ, and with them what an accuracy is worth: 2 in A and B, 3 in C.',
      'The image sizes differ: 32 px in A and B, 64 px in C.',
      'The numbers of images differ: 60 for training and 10 for validation in A and B, 80 for training and 10 for validation in C.',
      'A and B did not search for pixel6.',
    ]);
  });

  it('tells what studies rank by, and misses no images where none are needed', () => {
    const dss = { id: 'dss', title: 'DSS', kind: 'score', direction: 'higher' } as const;
    expect(differences([study('A'), study('B', { objective: dss, data: null })])).toEqual([
      'The studies rank by different things, which share no axis: accuracy in A, DSS in B. Those that rank by accuracy are drawn.',
    ]);
  });

  it('tells other classes of the same number, and data that were not read', () => {
    expect(differences([study('A'), study('B', {}, { classes: ['cat', 'owl'] })])[0]).toContain('different classes');
    expect(differences([study('A'), study('B', { data: null })])).toEqual(['B has not read its images yet.']);
  });
});
