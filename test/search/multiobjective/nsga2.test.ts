import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { crowdingDistances, nsga2Survival } from '../../../core/search/multiobjective/nsga2.ts';

const at = (...objectives: number[]) => ({ objectives, violation: 0 });
const random = new Random(0);

describe('the crowding distance', () => {
  it('adds the neighbours\' gaps in shares of each objective\'s range, and is infinite at the ends', () => {
    // For (1, 4): (4 - 0) / 10 + (10 - 2) / 10; for (4, 2): (10 - 1) / 10 + (4 - 0) / 10.
    const distances = crowdingDistances([at(4, 2), at(0, 10), at(1, 4), at(10, 0)]);
    expect(distances[0]).toBeCloseTo(1.3, 12);
    expect(distances[2]).toBeCloseTo(1.2, 12);
    expect([distances[1], distances[3]]).toEqual([Infinity, Infinity]);
  });

  it('counts equal candidates once', () => {
    const once = crowdingDistances([at(0, 2), at(1, 1), at(2, 0)]);
    expect(crowdingDistances([at(0, 2), at(0, 2), at(1, 1), at(1, 1), at(2, 0)]))
      .toEqual([once[0], 0, once[1], 0, once[2]]);
  });

  it('ignores an objective in which all are equal', () => {
    expect(crowdingDistances([at(0, 5, 2), at(1, 5, 1), at(2, 5, 0)])).toEqual([Infinity, 2, Infinity]);
  });

  it('is infinite for one candidate, and nothing for none', () => {
    expect(crowdingDistances([at(1, 2)])).toEqual([Infinity]);
    expect(crowdingDistances([])).toEqual([]);
  });
});

describe('the survival of NSGA-II', () => {
  it('takes whole fronts while they fit and the least crowded of the next', () => {
    const first = [at(0, 1), at(1, 0)];
    const crowded = [at(2, 12), at(5, 6), at(5.1, 5.9), at(5.2, 5.8), at(12, 2)];
    // Besides the ends (5.2, 5.8): (12 - 5.1) / 10 + (5.9 - 2) / 10 = 1.08, before 0.92 of (5, 6).
    expect(nsga2Survival().select([...crowded, ...first], 5, random))
      .toEqual([...first, crowded[0], crowded[4], crowded[3]]);
  });

  it('prefers any feasible candidate, then the least violation', () => {
    const bad = { objectives: [0, 0], violation: 2 };
    const nearly = { objectives: [9, 9], violation: 1 };
    expect(nsga2Survival().select([bad, nearly, at(20, 20)], 2, random)).toEqual([at(20, 20), nearly]);
  });

  it('returns all when there are fewer than asked for', () => {
    expect(nsga2Survival().select([at(1, 1)], 5, random)).toEqual([at(1, 1)]);
    expect(nsga2Survival().select([], 5, random)).toEqual([]);
  });
});
