import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readModelCard } from '../../core/study/modelCard/files.ts';
import type { StorySummary } from '../../core/study/story/summarise.ts';
import { pocketformer, scratchFolder } from './cliProcess.ts';

const folder = scratchFolder();
const inFolder = { cwd: folder };

/** As small as a story can be that has every step. */
const text = `version: 1
name: tiny
space: elasticvit-mini
seeds: [5]
data: {kind: synthetic, imageSize: 32, trainImages: 100, valImages: 40}
phones:
  - {device: pixel6, budgetMs: 1}
  - {device: pixel4, budgetMs: 0.6}
supernet: {steps: 3, batchSize: 8, warmupSteps: 1, buckets: 2}
search: {generations: 0, initialPopulation: 6, calibrationBatches: 1, evaluationImages: 20}
retraining: {starts: [inherited], training: {epochs: 1, batchSize: 20, warmupEpochs: 0, calibrationBatches: 1}}
handDesigned: {networks: [deit]}
precisions: [int8]
measuring: {settings: {rounds: 1, warmUp: {runs: 1, seconds: 0}, timed: {runs: 5, seconds: 0}, maxDrift: 100, maxSpread: 100}}
`;
/** One that nobody searched is also to be trained no longer than the winner. */
const grown = text.replace('networks: [deit]', 'networks: [deit], budgets: [whole, recipe]');
const read = (path: string) => JSON.parse(readFileSync(join(folder, 'out', path), 'utf8')) as unknown;

beforeAll(() => writeFileSync(join(folder, 'tiny.yaml'), text));

describe('A story on the command line', () => {
  it('does the pieces that it is told', async () => {
    const search = await pocketformer(['story', 'tiny.yaml', '--out', 'out', '--only', '5/search'], inFolder);
    expect({ code: search.code, stderr: search.stderr }).toMatchObject({ code: 0 });
    expect(search.stdout).toContain('2 of 7 pieces are done. To go on: pocketformer story tiny.yaml --out out');
    expect(existsSync(join(folder, 'out', 'seed-5', 'pixel6'))).toBe(false);
  });

  it('goes on to the end with the same search, and tells what its pieces say', async () => {
    const before = readFileSync(join(folder, 'out', 'seed-5', 'search', 'results', 'summary.json'));
    const { code, stdout, stderr } = await pocketformer(['story', 'tiny.yaml', '--out', 'out', '--json'], inFolder);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { pieces, phones, runs, target } = JSON.parse(stdout) as StorySummary;
    expect(pieces).toEqual({ done: 7, total: 7 });
    expect(target).toContain('threads: 1');
    expect(readFileSync(join(folder, 'out', 'seed-5', 'search', 'results', 'summary.json')).equals(before)).toBe(true);
    expect(phones.map(({ phone, networks }) => [phone, networks.map(({ network }) => network)])).toEqual([
      ['pixel6', ['inherited', 'retrained', 'deit']], ['pixel4', ['inherited', 'retrained', 'deit']],
    ]);
    for (const { phone, network, macs, trainingMacs, predictedMs, files } of runs) {
      if (network === 'inherited') {
        const card = await readModelCard(join(folder, 'out', files[0].path));
        expect(card).toMatchObject({ weights: { origin: 'inherited' }, file: { sizeBytes: files[0].sizeBytes }, accuracy: { top1: files[0].accuracy, images: 40 } });
        expect(card.latencies.find(({ device }) => device === phone)).toMatchObject({ kind: 'predicted', latencyMs: expect.closeTo(predictedMs, 9) as number });
      }
      if (network !== 'deit') expect(predictedMs).toBeLessThanOrEqual(phone === 'pixel6' ? 1 : 0.6);
      if (network === 'deit') {
        // The whole budget, to the nearest of its steps with 20 images each.
        const winner = runs.find((other) => other.phone === phone && other.network === 'retrained')!;
        expect(Math.abs(trainingMacs - winner.trainingMacs - winner.searchMacs!)).toBeLessThan(0.6 * 3 * 20 * macs);
      }
      expect(files.map(({ precision }) => precision)).toEqual(network === 'inherited' ? ['float32'] : ['float32', 'int8']);
      for (const { path, sizeBytes, latencyMs } of files) {
        expect(statSync(join(folder, 'out', path)).size).toBe(sizeBytes);
        expect(latencyMs).toBeGreaterThan(0);
      }
    }
    const retrained = runs.find(({ phone, network }) => phone === 'pixel4' && network === 'retrained')!;
    expect(read('seed-5/pixel4/retrained/results/training.json')).toMatchObject({
      start: expect.stringContaining('supernet') as string, key: retrained.key, exported: { accuracy: retrained.files[0].accuracy }, otherPrecisions: [{ precision: 'int8' }],
    });
    for (const name of ['story.md', 'story.svg']) expect(existsSync(join(folder, 'out', 'results', name))).toBe(true);
  });

  it('grows by networks that are wanted afterwards, and measures all files in one session again', async () => {
    writeFileSync(join(folder, 'tiny.yaml'), grown);
    const before = (read('results/story.json') as StorySummary).runs;
    const { code, stdout, stderr } = await pocketformer(['story', 'tiny.yaml', '--out', 'out', '--json'], inFolder);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { pieces, runs } = JSON.parse(stdout) as StorySummary;
    expect(pieces).toEqual({ done: 9, total: 9 });
    const withoutLatencies = (all: StorySummary['runs']) => all.map(({ files, ...run }) => ({ ...run, files: files.map((file) => ({ ...file, latencyMs: null })) }));
    expect(withoutLatencies(runs.filter(({ network }) => network !== 'deit-recipe'))).toEqual(withoutLatencies(before));
    for (const { phone, key, epochs, files } of runs.filter(({ network }) => network === 'deit-recipe')) {
      expect(epochs).toBe(1);
      expect(runs.find((other) => other.phone === phone && other.network === 'deit')!.key).toBe(key);
      for (const { latencyMs } of files) expect(latencyMs).toBeGreaterThan(0);
    }
    expect(existsSync(join(folder, 'out', 'seed-5', 'measured-before-1', 'session.jsonl'))).toBe(true);
  });
});
