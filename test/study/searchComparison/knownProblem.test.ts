import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { loadDevice } from '../../../core/latency/devices.ts';
import { predictLatency } from '../../../core/latency/predict.ts';
import { dominates } from '../../../core/search/pareto.ts';
import { elasticVitMini } from '../../../core/spaces/elasticvit/space.ts';
import { knownProblem } from '../../../core/study/searchComparison/knownProblem.ts';
import { subspace } from '../../../core/study/searchComparison/subspace.ts';

describe('a part of a space', () => {
  const part = subspace(elasticVitMini, ['resolution', 'c2.depth', 't4.width'], { 't1.width': 16, 't2.width': 32, 't3.width': 48 });

  it('has every combination of its free dimensions once, each an architecture of the space', () => {
    const all = part.all();
    const sizes = part.dimensions.map(({ values }) => values.length);
    expect(part.dimensions.map(({ name }) => name)).toEqual(['resolution', 'c2.depth', 't4.width']);
    expect(all).toHaveLength(sizes.reduce((product, size) => product * size, 1));
    expect(part.size).toBe(BigInt(all.length));
    expect(new Set(all.map((arch) => part.key(arch))).size).toBe(all.length);
    for (const arch of all) expect(elasticVitMini.parse(arch)).toEqual(arch);
  });

  it('stays in itself when it samples, mutates and crosses', () => {
    const keys = new Set(part.all().map((arch) => part.key(arch)));
    const random = new Random(1);
    for (let i = 0; i < 200; i++) {
      const [a, b] = [part.sample(random), part.sample(random)];
      const child = part.mutate(part.crossover(a, b, random), random, { depth: 0.5, choice: 0.5, uniform: 0.5 });
      expect(keys.has(part.key(child))).toBe(true);
    }
  });
});

describe('the problem whose fronts are known', () => {
  const known = knownProblem(['pixel4', 'pixel6']);
  const { problem, fronts } = known;
  const { space } = problem;
  const every = (space as unknown as { all: () => unknown[] }).all()
    .map((arch) => ({ arch, accuracy: known.trueAccuracy(arch), latencies: problem.predict(arch) }));

  it('has fronts that nothing dominates and that leave nothing undominated', () => {
    expect(every).toHaveLength(known.architectures);
    expect(fronts).toHaveLength(2);
    for (const [device, front] of fronts.entries()) {
      expect(front.length).toBeGreaterThan(50);
      const points = every.map(({ accuracy, latencies }) => ({ value: accuracy, latencyMs: latencies[device].latencyMs }));
      const wrong = points.filter((point) => front.some((member) => dominates(point, member))
        || !front.some((member) => member.latencyMs <= point.latencyMs && member.value >= point.value));
      expect(wrong).toEqual([]);
    }
  });

  it('has latencies as the device models predict them', () => {
    const random = new Random(2);
    const model = loadDevice('pixel6');
    for (let i = 0; i < 5; i++) {
      const arch = space.sample(random);
      expect(problem.predict(arch)[1].latencyMs).toBeCloseTo(predictLatency(model, space.lower(arch)).latencyMs, 10);
    }
  });

  it('measures accuracies like a count on so many images, the same for one seed', () => {
    const arch = space.fromCoordinates(space.dimensions.map(({ values }) => values[values.length >> 1]));
    const truth = known.trueAccuracy(arch);
    const measured = Array.from({ length: 200 }, (_, seed) => known.measuredAccuracy(arch, 400, seed));
    expect(known.measuredAccuracy(arch, 400, 7)).toBe(measured[7]);
    for (const value of measured) expect(value * 400).toBeCloseTo(Math.round(value * 400), 9);
    const mean = measured.reduce((sum, value) => sum + value, 0) / 200;
    const variance = measured.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 199;
    // Of a binomial share: p (1 - p) / n. The mean of 200 lies within 4 of its own standard errors.
    const expected = (truth * (1 - truth)) / 400;
    expect(Math.abs(mean - truth)).toBeLessThan(4 * Math.sqrt(expected / 200));
    expect(variance / expected).toBeGreaterThan(0.6);
    expect(variance / expected).toBeLessThan(1.5);
  });
});
