import { describe, expect, it } from 'vitest';
import { hypervolume } from '../../core/search/indicators.ts';
import { dominates } from '../../core/search/pareto.ts';
import { architectureId, evaluatedPoints, searchResult } from '../../core/search/result.ts';
import { resultFile, searchResultSchema } from '../../core/search/resultFile.ts';
import type { SearchState } from '../../core/search/state.ts';
import { runToySearch, toyAccuracy, toyInterval, toyLatencyMs, toyProblem, toySettings, toySpace } from './toySpace.ts';
import type { Toy } from './toySpace.ts';

const problem = toyProblem([{ name: 'left', maxMs: 50 }, { name: 'right' }]);
const state = runToySearch(problem, {}, 4);
const result = searchResult(problem, state);

describe('the result of a search', () => {
  it('survives JSON and its own schema unchanged', () => {
    expect(searchResultSchema.parse(JSON.parse(JSON.stringify(resultFile(result))))).toEqual(result);
  });

  it('is stored with accuracies under their own name, as studies have always stored it', () => {
    const { front: [first], referencePoint } = result.devices[0];
    const file = JSON.parse(JSON.stringify(resultFile(result)));
    expect(Object.keys(file)).toEqual(['format', 'version', 'space', 'classes', 'evaluations', 'devices']);
    expect(file.version).toBe(1);
    expect(file.devices[0].referencePoint).toEqual({ latencyMs: 50, accuracy: referencePoint.value });
    const { value, ...entry } = first;
    expect(file.devices[0].front[0]).toEqual({ ...entry, accuracy: value });
    expect(Object.keys(file.devices[0].front[1])).toEqual(['id', 'key', 'arch', 'accuracy', 'latencyMs', 'lowMs', 'highMs', 'macs']);
  });

  it('has for every device a front that nothing evaluated within its budget dominates', () => {
    for (const [index, device] of result.devices.entries()) {
      const limit = device.maxMs ?? Infinity;
      const feasible = evaluatedPoints(state, index).filter(({ latencyMs }) => latencyMs <= limit);
      expect(device.evaluated).toBe(feasible.length);
      expect(device.front.length).toBeGreaterThan(5);
      for (const [i, entry] of device.front.entries()) {
        expect(entry.latencyMs).toBeLessThanOrEqual(limit);
        if (i > 0) expect(entry.latencyMs).toBeGreaterThan(device.front[i - 1].latencyMs);
        expect(feasible.some((other) => dominates(other, entry))).toBe(false);
      }
    }
  });

  it('describes each architecture: accuracy and latency with its interval, MACs and name', () => {
    for (const [index, device] of result.devices.entries()) {
      for (const { arch, key, id, value, latencyMs, lowMs, highMs, macs } of device.front) {
        const toy = toySpace.parse(arch);
        expect(key).toBe(toySpace.key(toy));
        expect(id).toBe(architectureId(key));
        expect(value).toBe(toyAccuracy(toy));
        expect(latencyMs).toBe(toyLatencyMs(toy, index === 0 ? 'left' : 'right'));
        expect([lowMs, highMs]).toEqual([0.9 * latencyMs, 1.1 * latencyMs]);
        // A pooled head of one hidden channel on one position: channels + 1 + classes.
        expect(macs).toBe(1 + toy.reduce((sum, value) => sum + value, 0) + 1 + 10);
      }
    }
    expect(result.devices[1].front[0]).toMatchObject({ name: 'min', key: '00000000' });
    expect(result.devices[1].front[0]).not.toHaveProperty('params');
    expect(searchResult({ ...problem, countParams: () => 7 }, state).devices[0].front[0].params).toBe(7);
  });

  it('stores the reference point with the hypervolume: the budget or the largest architecture, at guessing accuracy', () => {
    const [left, right] = result.devices;
    expect(left.referencePoint).toEqual({ latencyMs: 50, value: 0.1 });
    expect(right.referencePoint).toEqual({ latencyMs: toyLatencyMs(toySpace.largest, 'right'), value: 0.1 });
    expect(left.hypervolume).toBeCloseTo(hypervolume(left.front, left.referencePoint), 12);
    expect(left.normalizedHypervolume).toBeCloseTo(left.hypervolume / (50 * 0.9), 12);
    const other = searchResult(problem, state, { right: { latencyMs: 80, value: 0.3 } }).devices[1];
    expect(other.referencePoint).toEqual({ latencyMs: 80, value: 0.3 });
    expect(other.hypervolume).toBeCloseTo(hypervolume(other.front, other.referencePoint), 12);
  });

  it('shows how the hypervolume grew with the evaluations, up to its final value', () => {
    expect(result.evaluations).toBe(60 + 8 * 30);
    for (const { progress, hypervolume: final } of result.devices) {
      expect(progress.map(({ evaluations }) => evaluations)).toEqual([60, 90, 120, 150, 180, 210, 240, 270, 300]);
      const values = progress.map((step) => step.hypervolume);
      expect(values).toEqual(values.toSorted((a, b) => a - b));
      expect(values.at(-1)).toBeCloseTo(final, 12);
    }
  });

  it('uses counts of the caller where the space cannot know them', () => {
    expect(searchResult({ ...problem, countMacs: () => 123 }, state).devices[0].front[0].macs).toBe(123);
  });

  it('has an empty front and no hypervolume before anything is evaluated', () => {
    const empty = searchResult(problem, { ...state, archive: [] });
    expect(empty.devices[0]).toMatchObject({ front: [], hypervolume: 0, normalizedHypervolume: 0, progress: [] });
  });
});

describe('how soon a search came close to its best', () => {
  const device = { name: 'left' };
  const oneDevice = toyProblem([device]);
  // Guessing scores 0.1 and the largest architecture takes 149 ms: each point alone is worth (149 - ms) x (accuracy - 0.1).
  const points = [[49, 0.2], [99, 0.3], [49, 0.6], [139, 0.6], [129, 0.61], [109, 0.65]] as const;
  const handMade: SearchState<Toy> = {
    ...state, devices: [device], settings: toySettings(), window: 0, pending: [], done: true,
    archive: points.map(([latencyMs, value], i) => (
      { key: String(i), arch: toySpace.smallest, latencies: [toyInterval(latencyMs)], value, batch: i < 2 ? 0 : 1 })),
  };

  it('is counted in single evaluations, whatever generations they came in', () => {
    const [left] = searchResult(oneDevice, handMade).devices;
    // 100 x 0.1, then + 50 x 0.1, then 100 x 0.5, then the same (dominated), then + 20 x 0.01, then 50 + 40 x 0.05.
    expect(left.progress.map(({ hypervolume: volume }) => volume)).toEqual([expect.closeTo(15, 10), expect.closeTo(52, 10)]);
    // 95 % of 52 is 49.4, reached with the third one's 50.
    expect(left.evaluationsTo95Percent).toBe(3);
  });

  it('is measured against the best that is known, if others have found more', () => {
    const to = (best: number) => searchResult(oneDevice, handMade, {}, { left: best }).devices[0].evaluationsTo95Percent;
    // 95 % of 52.8 is 50.16, reached with 50.2 after the fifth; 95 % of 54 is 51.3, of 60 more than was ever found.
    expect([to(52.8), to(54), to(60)]).toEqual([5, 6, null]);
    expect(to(10)).toBe(3);
  });
});
