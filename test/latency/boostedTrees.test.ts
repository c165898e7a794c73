import { describe, expect, it } from 'vitest';
import { boostTrees, predictTrees } from '../../core/latency/boostedTrees.ts';

const options = { trees: 1, depth: 2, learningRate: 1, minLeafRows: 1, shrinkage: 0 };

describe('boosted trees', () => {
  it('fit a step function of two features with one tree', () => {
    const rows = Array.from({ length: 100 }, (_, i) => [i % 10, Math.floor(i / 10)]);
    const step = ([a, b]: readonly number[]) => (a > 3 ? (b > 6 ? 5 : -1) : 2);
    const trees = boostTrees(rows, rows.map(step), options);
    expect(trees).toHaveLength(1);
    for (const row of rows) expect(predictTrees(trees, row)).toBeCloseTo(step(row), 4);
  });

  it('agree with scikit-learn\'s GradientBoostingRegressor', () => {
    // scikit-learn 1.9.1: n_estimators 10, max_depth 3, learning_rate 0.3, min_samples_leaf 2, init "zero".
    const expected = [
      0.21554, 1.07174, 0.90567, 0.05583, -1.43823, -2.5726, 0.45298, 1.11013, 0.85638, -0.18614, -1.94597, -1.39309,
      0.79853, 0.87926, 0.93321, -0.30136, -0.90102, -1.93346, 1.0868, 0.96924, 0.90567, 0.10356, -1.32446, -2.5726,
      0.2779, 1.11013, 0.81856, -0.08477, -1.56873, -1.20799, 0.67956, 1.32808, 0.83071, -0.29331, -0.87985, -1.76812,
      1.0868, 0.94162, 0.90567, 0.10356,
    ];
    const rows = Array.from({ length: 40 }, (_, i) => [i % 6, (i * 5) % 13]);
    const targets = rows.map(([a, b]) => Math.sin(a) + 0.1 * b - 0.05 * a * b);
    const trees = boostTrees(rows, targets, { trees: 10, depth: 3, learningRate: 0.3, minLeafRows: 2, shrinkage: 0 });
    rows.forEach((row, i) => expect(predictTrees(trees, row)).toBeCloseTo(expected[i], 4));
  });

  it('are the same after a round trip through JSON, and the same every time', () => {
    const rows = Array.from({ length: 60 }, (_, i) => [Math.sqrt(i), i % 7]);
    const targets = rows.map(([a, b]) => Math.cos(a) + b / 10);
    const settings = { ...options, trees: 20, depth: 3, learningRate: 0.3 };
    const trees = boostTrees(rows, targets, settings);
    expect(JSON.parse(JSON.stringify(trees))).toEqual(boostTrees(rows, targets, settings));
  });

  it('never leave fewer rows in a leaf than asked', () => {
    const rows = Array.from({ length: 10 }, (_, i) => [i]);
    const targets = rows.map(([a]) => (a === 9 ? 100 : 0));
    const [tree] = boostTrees(rows, targets, { ...options, depth: 1, minLeafRows: 3 });
    expect(tree.threshold[0]).toBeGreaterThan(6);
    expect(tree.threshold[0]).toBeLessThan(7);
  });

  it('are none when there is nothing to correct', () => {
    expect(boostTrees([[1], [2], [3]], [0, 0, 0], { ...options, trees: 5 })).toEqual([]);
  });
});
