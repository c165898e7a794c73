import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../core/base/errors.ts';
import { networkMacs } from '../../../core/network/counts.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { bucketCandidates } from '../../../core/study/ablation/bucketCandidates.ts';
import { ablationPaths, planAblation, readAblation, runAblation } from '../../../core/study/ablation/runAblation.ts';
import { ablationVariants, variantFile, variantNamed } from '../../../core/study/ablation/variants.ts';
import { requireTraining } from '../../../core/study/requireTraining.ts';
import { readStudyFile, type StudyFile } from '../../../core/study/studyFile.ts';

const text = `
version: 1
name: tiny
space: elasticvit-mini
data: { kind: synthetic, trainImages: 40, valImages: 20 } # kept
devices: [pixel6]
training:
  steps: 2
  batchSize: 4
  buckets: [3000000]
  conflict: { everySteps: 0 }
search: { calibrationBatches: 1 }
`;

describe('an ablation', () => {
  let folder: string;
  let file: StudyFile;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pocketformer-ablation-'));
    await writeFile(join(folder, 'tiny.yaml'), text);
    file = await readStudyFile(join(folder, 'tiny.yaml'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const plan = (variants: string[]) => planAblation(file, { variants, seeds: 1, perBucket: 2 });

  it('changes nothing of a study but name, seed and which subnets are trained', () => {
    const [sandwich] = ablationVariants;
    const { settings, text: written } = variantFile(file, sandwich, 3);
    expect(settings).toMatchObject({ name: 'sandwich-seed-3', seed: 3, training: { sampling: { rule: 'sandwich' }, performance: { enabled: false } } });
    const { sampling, performance } = requireTraining(file.settings, 'tiny').training;
    const unchanged = { ...settings, name: 'tiny', seed: 1, training: { ...settings.training, sampling, performance } };
    expect(unchanged).toEqual(file.settings);
    expect(written).toContain('# kept');
  });

  it('explores by a training-free score where a variant says so, in place of the preference or with it', () => {
    const wanted = plan(['both-synflow', 'performance', 'score-dss', 'both-synflow']).variants;
    expect(wanted).toEqual(['performance', 'both-synflow', 'score-dss']);
    const { settings } = variantFile(file, variantNamed('both-synflow'), 1);
    expect(settings.training!.performance).toMatchObject({ enabled: true, preference: 'both', score: 'synflow' });
    const published = variantFile(file, variantNamed('performance'), 1).settings.training!;
    expect({ ...settings.training, performance: {} }).toEqual({ ...published, performance: {} });
  });

  it('judges all variants by the same architectures, within each level', () => {
    const space = getSpace('elasticvit-mini');
    const { training } = requireTraining(file.settings, 'tiny');
    const levels = bucketCandidates(space, { ...training, buckets: 3 }, 6);
    expect(levels).toEqual(bucketCandidates(space, { ...training, buckets: 3, sampling: { ...training.sampling, rule: 'sandwich' } }, 6));
    for (const { fromMacs, toMacs, candidates } of levels) {
      expect(new Set(candidates.map(({ key }) => key)).size).toBe(6);
      for (const { arch } of candidates) {
        expect(networkMacs(space.lower(arch))).toBeGreaterThanOrEqual(fromMacs);
        expect(networkMacs(space.lower(arch))).toBeLessThanOrEqual(toMacs);
      }
    }
  });

  it('goes on where it was stopped, with the same outcome as one that was not', async () => {
    const variants = ['adjacent', 'performance'];
    const whole = await runAblation(join(folder, 'whole'), file, plan(variants));

    const stopped = join(folder, 'stopped');
    const stop = new AbortController();
    await expect(runAblation(stopped, file, plan(variants), {
      signal: stop.signal, onProgress: ({ phase, done }) => { if (phase === 'training' && done === 1) stop.abort(); },
    })).rejects.toThrow(CancelledError);
    expect((await readAblation(stopped)).runs).toHaveLength(0);
    const part = await runAblation(stopped, file, plan(variants), { maxRuns: 1 });
    expect(part.runs).toHaveLength(1);
    const gone = await runAblation(stopped, file, plan(variants));

    const judged = ({ runs }: typeof whole) => runs.map(({ variant, seed, buckets }) => ({ variant, seed, buckets }));
    expect(judged(gone)).toEqual(judged(whole));
    expect(gone.runs[1].buckets[0].remembered.length).toBeGreaterThan(0);
    expect(gone.runs[0].buckets[0].remembered).toHaveLength(0);
    const { summary, table, figure } = ablationPaths(stopped);
    for (const path of [summary, table, figure]) expect(existsSync(path)).toBe(true);
    expect(await readFile(table, 'utf8')).toContain('| adjacent steps |');
  }, 120_000);

  it('refuses to go on with another one', async () => {
    const directory = join(folder, 'whole');
    await expect(runAblation(directory, file, plan(['sandwich']))).rejects.toThrow(expect.objectContaining({ code: 'other-ablation' }));
    expect(() => plan(['sandwhich'])).toThrow(/There is no variant "sandwhich"/);
    expect(() => plan(['score-nothing'])).toThrow(/No proxy is called "nothing"/);
    await expect(readAblation(join(folder, 'none'))).rejects.toThrow(expect.objectContaining({ code: 'missing-ablation' }));
  });
});
