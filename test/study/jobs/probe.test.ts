import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { JobTask } from '../../../core/study/jobs/messages.ts';
import { probe } from '../../../core/study/jobs/probe/probe.ts';
import { FrozenFeatures } from '../../../core/study/networkTraining/frozenFeatures.ts';
import { scratchFolder } from '../scratch.ts';
import { smallStudyWithFronts } from '../smallStudyWithFronts.ts';

const common = `version: 1
compute: { threads: 1 }
data: { kind: synthetic, trainImages: 40, valImages: 30, flip: false, crop: none }
`;

describe('what training a network would take', () => {
  const folder = scratchFolder();
  const temporary = scratchFolder();
  beforeAll(async () => { await smallStudyWithFronts(join(folder, 'small')); }, 60_000);
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  async function probed(of: 'training' | 'transfer', text: string, head = common) {
    vi.stubEnv('TMPDIR', temporary);
    const told: number[] = [];
    const task: Extract<JobTask, { kind: 'probe' }> = { kind: 'probe', of, text: head + text, baseDir: folder, seconds: 0.2 };
    const found = await probe(task, { signal: new AbortController().signal, onProgress: ({ done }) => told.push(done) });
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(1);
    expect(found.totalSeconds).toBeCloseTo(found.dataSeconds + found.trainingSeconds + found.evaluationSeconds + found.exportSeconds);
    expect(found.searchSeconds).toBe(0);
    expect(readdirSync(temporary).filter((name) => name.startsWith('pocketformer'))).toEqual([]);
    return found;
  }

  it('is counted from steps and evaluations of the recipe on all images', async () => {
    // Eight steps an epoch for three epochs, and an evaluation after each but the first.
    const found = await probed('training', 'space: elasticvit-mini\narch: min\ntraining: { epochs: 3, batchSize: 5, evaluateEveryEpochs: 1.5 }\n');
    expect(found.trainingSeconds).toBeCloseTo(24 * found.secondsPerStep!, 9);
    expect(found.imagesPerSecond).toBeCloseTo(5 / found.secondsPerStep!, 9);
    expect(found.evaluationSeconds).toBeCloseTo(2 * found.secondsPerEvaluation, 9);
    // Judged once more, written, and judged as a file.
    expect(found.exportSeconds).toBeGreaterThan(2 * found.secondsPerEvaluation);
  });

  it('knows phases with fewer tokens', async () => {
    const found = await probed('training', `space: asvit-mini
arch: min
training: { epochs: 2, batchSize: 8, retokenization: { phases: [{ epochs: 1, stride: 8 }] } }
`);
    expect(found.trainingSeconds).toBeCloseTo(10 * found.secondsPerStep!, 9);
  });

  it('is that of every winner with every seed where a study is transferred, also with frozen blocks', async () => {
    const found = await probed('transfer', 'study: small\nperDevice: 2\nseeds: 5\nhead: new\ntraining: { epochs: 1, batchSize: 10, freeze: backbone }\n');
    // Two networks, five seeds, four steps and one evaluation each.
    expect(found.trainingSeconds).toBeCloseTo(2 * 5 * 4 * found.secondsPerStep!, 9);
    expect(found.evaluationSeconds).toBeCloseTo(2 * 5 * found.secondsPerEvaluation, 9);
  });

  it('does not count on keeping what frozen blocks make of more images than there is memory for', async () => {
    const recipe = 'study: small\nperDevice: 1\nseeds: 1\nhead: new\ntraining: { epochs: 1, batchSize: 10, freeze: backbone }\n';
    const asked = vi.spyOn(FrozenFeatures.prototype, 'of');
    await probed('transfer', recipe);
    expect(asked).toHaveBeenCalled();
    asked.mockClear();
    // A quarter of the memory may hold them: 128 MiB, or 134 bytes for each of a million images.
    await probed('transfer', recipe, common.replace('threads: 1', 'threads: 1, memoryGiB: 0.5').replace('trainImages: 40', 'trainImages: 1000000'));
    expect(asked).not.toHaveBeenCalled();
  });

  it('is not found out where nobody wants to know any more, or the file is wrong', async () => {
    const abort = new AbortController();
    const text = `${common}space: elasticvit-mini\narch: min\n`;
    const running = probe({ kind: 'probe', of: 'training', text, baseDir: folder, seconds: 60 }, { signal: abort.signal, onProgress: ({ done }) => { if (done > 0.1) abort.abort(); } });
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    await expect(probed('training', 'space: elasticvit-mini\narch: none\n')).rejects.toMatchObject({ code: 'unknown-architecture' });
    await expect(probed('transfer', 'study: none\n')).rejects.toMatchObject({ code: expect.stringMatching(/-study$/) });
  });
});
