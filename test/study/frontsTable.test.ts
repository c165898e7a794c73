import { describe, expect, it } from 'vitest';
import { accuracyObjective } from '../../core/search/objective.ts';
import type { SearchResult } from '../../core/search/result.ts';
import { frontsTable, millions, ms, percent } from '../../core/study/frontsTable.ts';

const entry = (id: string, latencyMs: number, value: number, more: object = {}) => ({
  id, key: `key-of-${id}`, arch: {}, value, latencyMs, lowMs: 0.95 * latencyMs, highMs: 1.1 * latencyMs,
  macs: 64.9e6, ...more,
});

const result: SearchResult = {
  space: 'elasticvit', classes: 10, objective: accuracyObjective, evaluations: 30, invalid: 0, top: [],
  devices: [
    {
      device: 'pixel4', maxMs: 30, evaluated: 20, hypervolume: 13.5, normalizedHypervolume: 0.5, progress: [],
      referencePoint: { latencyMs: 30, value: 0.1 },
      front: [
        entry('aaaaaaaa', 6.82, 0.672, { name: 'T1', params: 8.91e6 }),
        entry('bbbbbbbb', 21.1, 0.7723, { macs: 221.549e6, params: 10.84e6 }),
      ],
    },
    {
      device: 'pixel6', evaluated: 0, hypervolume: 0, normalizedHypervolume: 0, progress: [], front: [],
      referencePoint: { latencyMs: 101.4, value: 0.1 },
    },
  ],
};

describe('frontsTable', () => {
  it('shows each device with its front, aligned, and the reference point of its hypervolume', () => {
    expect(frontsTable(result, { baseline: { label: 'a linear classifier', accuracy: 0.341 } })).toBe([
      'pixel4: 2 on the Pareto front of 20 evaluated within 30.0 ms',
      'hypervolume 0.500 (13.50 ms x accuracy), reference point 30.0 ms and 10.0 %',
      '  id        accuracy      latency (interval)     MACs  params  architecture',
      '  aaaaaaaa    67.2 %  6.82 ms (6.48 to 7.50)   64.9 M  8.91 M  T1',
      '  bbbbbbbb    77.2 %  21.1 ms (20.0 to 23.2)  221.5 M  10.8 M  key-of-bbbbbbbb',
      '',
      'pixel6: 0 on the Pareto front of 0 evaluated',
      'hypervolume 0.000 (0.000 ms x accuracy), reference point 101 ms and 10.0 %',
      '  (nothing evaluated fits)',
      '',
      'For comparison, a linear classifier: 34.1 %',
      '',
    ].join('\n'));
  });

  it('shows what was measured beside what was predicted, with a mark where that lies outside the interval or is doubtful', () => {
    const measured = new Map([['pixel4', new Map([['key-of-aaaaaaaa', { ms: 6.9, isDoubtful: true }], ['key-of-bbbbbbbb', { ms: 25, isDoubtful: false }]])]]);
    const lines = frontsTable(result, { measured }).split('\n');
    expect(lines[3]).toContain('6.82 ms (6.48 to 7.50)  6.90 ms, 1.2 % more (doubtful)');
    expect(lines[4]).toMatch(/21\.1 ms \(20\.0 to 23\.2\) +25\.0 ms, 18\.5 % more !/);
  });

  it('names the score of a study that trains nothing, and lists the best scores whatever their latencies', () => {
    const objective = { id: 'dss', title: 'DSS', kind: 'score', direction: 'higher' } as const;
    const [pixel4] = result.devices;
    const { latencyMs: _, lowMs: __, highMs: ___, ...best } = entry('cccccccc', 0, 98_765.4, { params: 5_867_944 });
    const front = [entry('aaaaaaaa', 6.82, 45_120.2)];
    const text = frontsTable({
      ...result, objective, devices: [{ ...pixel4, front, referencePoint: { latencyMs: 30, value: 31_000 } }], invalid: 2, top: [{ ...best, latencyMs: { pixel4: 31.4 } }],
    });
    expect(text).toBe([
      'pixel4: 1 on the Pareto front of 20 evaluated within 30.0 ms',
      'hypervolume 0.500 (13.50 ms x DSS), reference point 30.0 ms and 31,000',
      '  id           DSS      latency (interval)    MACs  architecture',
      '  aaaaaaaa  45,120  6.82 ms (6.48 to 7.50)  64.9 M  key-of-aaaaaaaa',
      '',
      'Best by DSS alone, of 30 evaluated, 2 of which have no valid score',
      '  id           DSS   pixel4    MACs  params  architecture',
      '  cccccccc  98,765  31.4 ms  64.9 M  5.87 M  key-of-cccccccc',
      '',
    ].join('\n'));
  });

  it('leaves a column out that has no values, and shortens architectures to the width', () => {
    const [pixel4] = result.devices;
    const front = pixel4.front.map((one) => ({ ...one, params: undefined, name: undefined, key: 'x'.repeat(200) }));
    const lines = frontsTable({ ...result, devices: [{ ...pixel4, front }] }, { columns: 80 }).split('\n');
    expect(lines[2]).not.toContain('params');
    expect(Math.max(...lines.slice(2).map((line) => line.length))).toBe(80);
    expect(lines[3]).toMatch(/x\.\.\.$/);
  });

  it('shows of a long front the part that matters most, and says how much is left out', () => {
    const [pixel4] = result.devices;
    const lines = frontsTable({ ...result, devices: [pixel4] }, { rows: 1 }).split('\n');
    // (30 - 6.82) x 0.572 is more than (30 - 21.1) x 0.6723.
    expect(lines.slice(3, 5)).toEqual([expect.stringContaining('aaaaaaaa'), '  (and 1 more)']);
  });

  it('writes about three digits with units', () => {
    expect([0.4821, 4.821, 48.21, 482.1].map(ms)).toEqual(['0.482 ms', '4.82 ms', '48.2 ms', '482 ms']);
    expect([0.0724, 1].map(percent)).toEqual(['7.2 %', '100.0 %']);
    expect([37_400, 37_400_000, 3_191_460_000].map(millions)).toEqual(['0.037 M', '37.4 M', '3191.5 M']);
  });
});
