import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createStudy } from '../../core/study/folder.ts';
import { cli, complaint, jsonLines } from '../cli/harness.ts';
import { scratchFolder, studyFile } from './scratch.ts';
import { smallTrainedStudy } from './smallTrainedStudy.ts';

const cosine = z.number().min(-1).max(1).nullable();
const reportSchema = z.strictObject({
  step: z.int(), images: z.int(), macs: z.array(z.int()), cosine: z.array(z.array(cosine)), standardError: z.array(z.array(cosine)).optional(),
  pairs: z.array(z.strictObject({ macs: z.int(), random: cosine, good: cosine })),
});

describe('the command that measures gradient conflict', () => {
  const folder = scratchFolder();

  it('prints a matrix of the wanted sizes from the latest checkpoint, the same for a seed', async () => {
    const directory = join(folder, 'small');
    await smallTrainedStudy(directory);
    const args = ['conflict', directory, '--sizes', '2M,4M', '--images', '4', '--pairs', '2'];
    const [report] = await jsonLines(reportSchema, args);
    expect(report).toMatchObject({ step: 2, images: 4 });
    expect(report.macs).toHaveLength(2);
    expect(report.macs[0] / 2e6).toBeCloseTo(1, 1);
    expect(report.cosine[0][1]).toBe(report.cosine[1][0]);
    expect(report.standardError).toHaveLength(2);
    // Six subnets of two buckets have been trained and remembered, three of one or of each.
    expect(report.pairs.some(({ good }) => good !== null)).toBe(true);

    const { code, stdout } = await cli(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^small after 2 training steps/);
    expect(stdout).toContain(report.cosine[0][1]!.toFixed(2).replace('-', '−'));
    expect(stdout).toMatch(/Standard errors are at most/);
  });

  it('says what is missing or wrong', async () => {
    const untrained = join(folder, 'untrained');
    (await createStudy(untrained, studyFile)).close();
    expect(await complaint(['conflict', untrained, '--quiet'])).toMatch(/no trained weights yet/);
    expect(await complaint(['conflict', untrained, '--sizes', '4M,2M'])).toMatch(/ascending/);
    expect(await complaint(['conflict', join(folder, 'small'), '--sizes', '900G', '--quiet'])).toMatch(/No two architectures of elasticvit-mini have about/);
  });
});
