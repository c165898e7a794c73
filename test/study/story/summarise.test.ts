import { describe, expect, it } from 'vitest';
import type { NewEvent, StudyEvent } from '../../../core/study/eventTypes.ts';
import { storyMarkdown } from '../../../core/study/story/markdown.ts';
import { storySvg } from '../../../core/study/story/picture.ts';
import type { StoryPhone } from '../../../core/study/story/pieceFiles.ts';
import type { StoryRun } from '../../../core/study/story/storyRuns.ts';
import { summarisePhone, type StorySummary } from '../../../core/study/story/summarise.ts';
import { workedSeconds } from '../../../core/study/workedSeconds.ts';

function run(seed: number, network: string, accuracy: number, int8: number | undefined, latencyMs: number | null): StoryRun {
  const file = (precision: 'float32' | 'int8', share: number) =>
    ({ precision, path: `${network}.onnx`, accuracy: share, sizeBytes: 1000, relativeDiff: 0, latencyMs: latencyMs && (precision === 'int8' ? latencyMs / 2 : latencyMs) });
  return {
    seed, phone: 'pixel6', network, space: 's', key: network, arch: {}, resolution: 32, macs: 2e6, params: 5e4, predictedMs: 1, epochs: 3, trainingSeconds: 60 * seed, searchSeconds: 30, trainingMacs: 5e11 * seed, searchMacs: network === 'deit' ? 0 : 2e11,
    files: [file('float32', accuracy), ...(int8 === undefined ? [] : [file('int8', int8)])],
  };
}

const phone = { name: 'pixel6', budgetMs: 1.5 } as StoryPhone;
const runs = [
  run(1, 'inherited', 0.3, undefined, 1), run(2, 'inherited', 0.4, undefined, 1), run(1, 'retrained', 0.6, 0.58, 1), run(2, 'retrained', 0.7, 0.66, 1.2),
  run(1, 'deit', 0.5, 0.5, 1), run(2, 'deit', 0.64, 0.62, 1), run(1, 'retrained', 0, 0, 1),
].map((each, i) => (i === 6 ? { ...each, phone: 'pixel4' } : each));

describe('the summary of a phone', () => {
  const { networks, differences } = summarisePhone(phone, runs, ['deit']);

  it('tells each network of this phone over its seeds', () => {
    expect(networks.map(({ network, seeds }) => [network, seeds])).toEqual([['inherited', [1, 2]], ['retrained', [1, 2]], ['deit', [1, 2]]]);
    const [float32, int8] = networks[1].precisions;
    expect(float32).toMatchObject({ precision: 'float32', accuracyChange: null });
    expect(float32.accuracy.mean).toBeCloseTo(0.65, 12);
    // Of 0.6 and 0.7: 0.1 / sqrt(2).
    expect(float32.accuracy.deviation).toBeCloseTo(0.1 / Math.SQRT2, 12);
    // -0.02 and -0.04.
    expect(int8.accuracyChange!.mean).toBeCloseTo(-0.03, 12);
    expect(int8.accuracyChange!.deviation).toBeCloseTo(0.02 / Math.SQRT2, 12);
  });

  it('pairs searched and hand-designed networks by seed and precision', () => {
    expect(differences.map(({ searched, handDesigned, precision }) => [searched, handDesigned, precision])).toEqual([['retrained', 'deit', 'float32'], ['retrained', 'deit', 'int8']]);
    // 0.1 and 0.06: their spread is far below that of either accuracy.
    expect(differences[0].accuracy.mean).toBeCloseTo(0.08, 12);
    expect(differences[0].accuracy.deviation).toBeCloseTo(0.04 / Math.SQRT2, 12);
    expect(differences[0].latencyRatio!.mean).toBeCloseTo(1.1, 12);
    expect(summarisePhone(phone, runs.slice(0, 5), ['deit']).differences[0].accuracy).toMatchObject({ seeds: 1, deviation: null });
  });

  const summary = (all: readonly StoryRun[], target: string | null): StorySummary => ({
    format: 'pocketformer-story-summary', version: 1, name: 'tale', space: 's', pieces: { done: 5, total: 9 }, target, phones: [summarisePhone(phone, all, ['deit'])], runs: all,
  });

  it('becomes tables with every mean, spread and difference', () => {
    const text = storyMarkdown(summary(runs, 'a computer'), 'story.svg');
    expect(text).toContain('| searched, retrained | float32 | 65.0 ± 7.1 |  | 1.100 ± 0.141 | 1 ± 0 |');
    expect(text).toContain('| searched, retrained | int8 | 62.0 ± 5.7 | −3.0 ± 1.4 | 0.550 ± 0.071 | 1 ± 0 |');
    expect(text).toContain('| searched, retrained | DeiT-like | float32 | +8.0 ± 2.8 | 1.10 ± 0.14 |');
    expect(text).toContain('So far 5 of 9 pieces are done.');
    expect(text).not.toContain('disagree');
    expect(text).not.toContain('even the smallest');
    const slow = runs.map((each) => (each.network === 'deit' ? { ...each, predictedMs: 2 } : each));
    expect(storyMarkdown(summary(slow, 'a computer'), 'story.svg')).toContain('Of the family DeiT-like even the smallest is predicted at 2.000 ± 0.000 ms on pixel6');
    const doubtful = runs.map((each, i) => (i === 0 ? { ...each, files: each.files.map((file) => ({ ...file, isDoubtful: true })) } : each));
    expect(storyMarkdown(summary(doubtful, 'a computer'), 'story.svg')).toContain('Of 1 of the 12 files the rounds disagree');
  });

  it('tells a family that is trained for two budgets as two networks, and once that it is too slow', () => {
    const both = [...runs, ...runs.filter(({ network }) => network === 'deit').map((each) => ({ ...each, network: 'deit-recipe' }))].map((each) => ({ ...each, predictedMs: 2 }));
    const summarised = summarisePhone(phone, both, ['deit', 'deit-recipe']);
    expect(summarised.differences.map(({ handDesigned, precision }) => `${handDesigned} ${precision}`)).toEqual(['deit float32', 'deit int8', 'deit-recipe float32', 'deit-recipe int8']);
    const text = storyMarkdown({ ...summary(both, null), phones: [summarised] }, 'story.svg');
    expect(text).toContain('| DeiT-like, same epochs | float32 | 57.0 ± 9.9 |');
    expect(text.match(/even the smallest/g)).toHaveLength(1);
    // Above one narrow panel six names need four lines of the legend where two need one, and push the panel down by three.
    const heightOf = (svg: string) => Number(/height="(\d+)"/.exec(svg)![1]);
    const many = [...both, ...['from-scratch', 'mobilenetv2', 'mobilenetv2-recipe'].map((network) => run(1, network, 0.5, 0.5, 1))];
    expect(heightOf(storySvg(summary(many, 'a computer'))) - heightOf(storySvg(summary(runs, 'a computer')))).toBe(3 * 24);
  });

  it('is drawn as a way from step to step, by predicted latencies while nothing is measured', () => {
    const svg = storySvg(summary(runs, 'a computer'));
    for (const words of ['latency on this computer (ms)', 'searched, retrained', 'DeiT-like', 'inherited', 'int8', 'for pixel6, at most 1.5 ms']) expect(svg).toContain(words);
    const unmeasured = storySvg(summary(runs.map((each) => ({ ...each, files: each.files.map((file) => ({ ...file, latencyMs: null })) })), null));
    expect(unmeasured).toContain('predicted latency (ms)');
    // No prediction speaks of integers.
    expect(unmeasured).not.toContain('int8');
  });

  it('tells of a story in which nothing is done yet', () => {
    expect(storyMarkdown({ ...summary([], null) }, 'story.svg')).toContain('Nothing is known yet.');
    expect(storySvg(summary([], null))).toMatch(/^<svg/);
  });
});

describe('the time that a phase took', () => {
  const at = (seconds: number, event: NewEvent, seq: number) => ({ seq, time: new Date(1000 * seconds).toISOString(), ...event }) as StudyEvent;

  it('counts what each process spent in it, and not the time between processes', () => {
    const step = (number: number): NewEvent => ({ kind: 'step', step: number, loss: 1, learningRate: 1 });
    const events = ([
      [0, { kind: 'phase-started', phase: 'data' }], [3, { kind: 'phase-finished', phase: 'data' }], [4, { kind: 'phase-started', phase: 'training' }], [6, step(1)], [9, step(2)],
      // Killed; an hour later another process does the second step again.
      [3609, { kind: 'resumed', phase: 'training', step: 1, afterSeq: 4 }], [3610, { kind: 'phase-started', phase: 'training' }], [3613, step(2)],
      [3614, { kind: 'phase-finished', phase: 'training' }], [3620, { kind: 'phase-started', phase: 'search' }], [3625, { kind: 'phase-finished', phase: 'search' }],
    ] satisfies [number, NewEvent][]).map(([seconds, event], i) => at(seconds, event, i + 1));
    expect(workedSeconds(events, ['training'])).toBe(5 + 4);
    expect(workedSeconds(events, ['training', 'search'])).toBe(9 + 5);
    expect(workedSeconds([], ['training'])).toBe(0);
  });
});
