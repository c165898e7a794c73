import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { constrainedDominates } from '../../../core/search/multiobjective/candidate.ts';
import type { Candidate } from '../../../core/search/multiobjective/candidate.ts';
import {
  nonDominated, nonDominatedFronts, nonDominatedRanks,
} from '../../../core/search/multiobjective/nonDominated.ts';

/** Front by front from the definition: what nothing left dominates. */
function ranksByDefinition(candidates: readonly Candidate[]): number[] {
  const ranks = new Array<number>(candidates.length).fill(-1);
  for (let rank = 0; ranks.includes(-1); rank++) {
    const left = [...candidates.keys()].filter((i) => ranks[i] === -1);
    const front = left.filter((i) => !left.some((j) => constrainedDominates(candidates[j], candidates[i])));
    for (const i of front) ranks[i] = rank;
  }
  return ranks;
}

/** On a coarse grid, so that there are equal values, equal points and equal violations. */
function randomCandidates(random: Random, count: number, objectives: number, levels: number): Candidate[] {
  return Array.from({ length: count }, () => ({
    objectives: Array.from({ length: objectives }, () => random.integer(levels)),
    violation: random.chance(0.3) ? random.integer(4) : 0,
  }));
}

describe('constraint domination', () => {
  it('puts feasible first, then smaller violation, then Pareto dominance', () => {
    const at = (violation: number, ...objectives: number[]) => ({ objectives, violation });
    expect(constrainedDominates(at(0, 9, 9), at(0.1, 1, 1))).toBe(true);
    expect(constrainedDominates(at(0.1, 9, 9), at(0.2, 1, 1))).toBe(true);
    expect(constrainedDominates(at(0.2, 1, 1), at(0.2, 9, 9))).toBe(false);
    expect(constrainedDominates(at(0, 1, 2), at(0, 1, 3))).toBe(true);
    expect(constrainedDominates(at(0, 1, 2), at(0, 2, 1))).toBe(false);
    expect(constrainedDominates(at(0, 1, 2), at(0, 1, 2))).toBe(false);
  });
});

describe('non-dominated sorting', () => {
  it.each([1, 2, 3, 4, 6])('agrees with the definition for %i objectives, ties and constraints included', (m) => {
    const random = new Random(`ranks ${m}`);
    for (let round = 0; round < 60; round++) {
      const candidates = randomCandidates(random, random.integer(40), m, 2 + random.integer(12));
      expect(nonDominatedRanks(candidates)).toEqual(ranksByDefinition(candidates));
    }
  });

  it('numbers a chain in its order and puts incomparable points into one front', () => {
    const chain = Array.from({ length: 2000 }, (_, i) => ({ objectives: [i, i, i], violation: 0 }));
    expect(nonDominatedRanks(chain)).toEqual(chain.map((_, i) => i));
    const plane = Array.from({ length: 2000 }, (_, i) => ({ objectives: [i, 2000 - i, 7], violation: 0 }));
    expect(new Set(nonDominatedRanks(plane))).toEqual(new Set([0]));
  });

  it('keeps the order of the input within each front', () => {
    const candidates = [[2, 2], [3, 0], [0, 3], [1, 1]].map((objectives) => ({ objectives, violation: 0 }));
    expect(nonDominatedFronts(candidates).map((front) => front.map(({ objectives }) => objectives)))
      .toEqual([[[3, 0], [0, 3], [1, 1]], [[2, 2]]]);
  });

  it('finds no front among infeasible candidates, and none in an empty population', () => {
    expect(nonDominated([{ objectives: [1, 1], violation: 1 }])).toEqual([]);
    expect(nonDominatedFronts([])).toEqual([]);
  });

  it.each([
    [[{ objectives: [1, NaN], violation: 0 }], 'not all finite'],
    [[{ objectives: [1], violation: 0 }, { objectives: [1, 2], violation: 0 }], 'Candidate 1 has 2 objectives'],
    [[{ objectives: [], violation: 0 }], 'at least one'],
    [[{ objectives: [1], violation: -1 }], 'violation of candidate 0 is -1'],
    [[{ objectives: [1], violation: NaN }], 'violation of candidate 0 is NaN'],
  ])('refuses malformed candidates %#', (candidates, message) => {
    expect(() => nonDominatedRanks(candidates)).toThrow(message);
  });
});
