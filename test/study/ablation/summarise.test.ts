import { describe, expect, it } from 'vitest';
import { ablationMarkdown } from '../../../core/study/ablation/markdown.ts';
import { ablationSvg } from '../../../core/study/ablation/picture.ts';
import { bestAccuracy, meanAccuracy, type RunResult } from '../../../core/study/ablation/runResult.ts';
import { spreadOf } from '../../../core/base/spread.ts';
import { summariseAblation } from '../../../core/study/ablation/summarise.ts';

const subnet = (key: string, first: number, second: number) => ({ key, macs: 5e6, halves: [first, second] as [number, number] });

function run(variant: string, seed: number, accuracy: number): RunResult {
  const level = (fromMacs: number, more: number) => ({
    fromMacs, toMacs: fromMacs + 1e6, remembered: [], subnets: [subnet('a', accuracy + more, accuracy + more), subnet('b', 0.1, 0.1)],
  });
  const matrix = (cosine: number) => ({ macs: [2e6, 4e6], cosine: [[cosine, null], [null, cosine]] });
  return {
    format: 'pocketformer-ablation-run', version: 1, variant, seed, steps: 10, trainingSeconds: 60 * seed, images: 100,
    buckets: [level(4e6, 0), level(8e6, 0.1)], conflict: { before: matrix(0.1), after: matrix(0.1 * seed) },
  };
}

describe('the accuracy of a level', () => {
  it('is that of the best on one half of the images, judged on the other half', () => {
    const bucket = { fromMacs: 1, toMacs: 2, remembered: [], subnets: [subnet('lucky', 0.9, 0.3), subnet('steady', 0.5, 0.6)] };
    // On the first half "lucky" is best and worth 0.3 on the second; on the second "steady", worth 0.5 on the first.
    expect(bestAccuracy(bucket)).toBeCloseTo(0.4, 12);
    expect(meanAccuracy(bucket)).toBeCloseTo((0.9 + 0.3 + 0.5 + 0.6) / 4, 12);
  });

  it('counts as many candidates whether a training remembers subnets or not', () => {
    const common = [subnet('a', 0.2, 0.2), subnet('b', 0.2, 0.2), subnet('c', 0.8, 0.8)];
    expect(bestAccuracy({ fromMacs: 1, toMacs: 2, subnets: common, remembered: [] })).toBe(0.8);
    expect(bestAccuracy({ fromMacs: 1, toMacs: 2, subnets: common, remembered: [subnet('d', 0.5, 0.5)] })).toBe(0.5);
  });
});

describe('the summary of an ablation', () => {
  const runs = [run('adjacent', 1, 0.5), run('adjacent', 2, 0.6), run('sandwich', 1, 0.4), run('sandwich', 2, 0.4)];
  const [sandwich, adjacent] = summariseAblation(runs);

  it('puts variants in the order in which parts are added', () => {
    expect([sandwich.name, adjacent.name]).toEqual(['sandwich', 'adjacent']);
  });

  it('tells mean and standard deviation over seeds', () => {
    expect(adjacent.levels[0].best.mean).toBeCloseTo(0.55, 12);
    // Of 0.5 and 0.6: 0.1 / sqrt(2).
    expect(adjacent.levels[0].best.deviation).toBeCloseTo(0.1 / Math.SQRT2, 12);
    expect(adjacent.levels[1].best.mean).toBeCloseTo(0.65, 12);
    expect(adjacent.trainingSeconds).toMatchObject({ mean: 90, seeds: 2 });
    expect(spreadOf([3])).toEqual({ mean: 3, deviation: null, seeds: 1 });
  });

  it('compares runs of one seed with each other', () => {
    expect(sandwich.levels[0].gain).toBeNull();
    expect(adjacent.levels[0].gain?.mean).toBeCloseTo(0.15, 12);
    const unpaired = summariseAblation([run('sandwich', 1, 0.4), run('adjacent', 2, 0.6)]);
    expect(unpaired[1].levels[0].gain).toBeNull();
  });

  it('averages gradient conflict over seeds, leaving out what was not measured', () => {
    expect(adjacent.conflict?.after[0][0]).toBeCloseTo(0.15, 12);
    expect(adjacent.conflict?.after[0][1]).toBeNull();
  });

  it('is written as tables and drawn, the same each time', () => {
    const markdown = ablationMarkdown([sandwich, adjacent]);
    expect(markdown).toContain('| adjacent steps | 55.0 ± 7.1 | 65.0 ± 7.1 |');
    expect(markdown).toContain('| adjacent steps | +15.0 ± 7.1 | +15.0 ± 7.1 |');
    const svg = ablationSvg([sandwich, adjacent]);
    expect(svg).toContain('adjacent steps');
    expect(ablationSvg([sandwich, adjacent])).toBe(svg);
  });
});
