import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { kendallTau } from '../../core/base/rankStatistics.ts';
import { loadDevice } from '../../core/latency/devices.ts';
import { predictLatency } from '../../core/latency/predict.ts';
import { getSpace } from '../../core/spaces/index.ts';
import { smallStudyWithFronts } from '../study/smallStudyWithFronts.ts';
import { cli, complaint, jsonLines, scratchFolder } from './harness.ts';

const folder = scratchFolder();
const file = join(folder, 'moved.yaml');
const out = join(folder, 'moved');
writeFileSync(file, `version: 1
study: small   # beside this file
seeds: 2
head: new
resolution: 32
compute: { threads: 1 }
data: { kind: synthetic, trainImages: 10, valImages: 10, seed: 9, flip: false, crop: none }
devices: [pixel4, pixel6]
training: { epochs: 1, batchSize: 5, warmupEpochs: 0, calibrationBatches: 1, freeze: backbone }
export: { wrongImages: 0 }
`);

const reportSchema = z.object({
  name: z.string(), study: z.string(), runs: z.number(), finishedRuns: z.number(), tau: z.number().nullable(),
  networks: z.array(z.object({
    id: z.string(), winnerOn: z.array(z.string()), accuracyBefore: z.number(), accuracy: z.object({ mean: z.number(), seeds: z.number() }),
    runs: z.array(z.object({ seed: z.number(), accuracy: z.number(), directory: z.string() })),
  })),
  devices: z.array(z.object({
    device: z.string(),
    rows: z.array(z.object({ id: z.string(), latencyMs: z.number(), isWinner: z.boolean(), onFront: z.boolean() })),
  })),
});
const runs = () => readdirSync(join(out, 'runs')).sort();

describe('transfer', () => {
  it('trains the winners with every seed, can be stopped, goes on, and reports accuracy against latency on each device', async () => {
    const [fast, slow] = await smallStudyWithFronts(join(folder, 'small'));
    let stop: (() => void) | undefined;
    const watch = setInterval(() => {
      if (!existsSync(join(out, 'results', 'transfer.json'))) return;
      // A second request would end the process.
      clearInterval(watch);
      stop!();
    }, 5);
    const stopped = await cli(['transfer', file, '--out', out], { onStopRequest: (handler) => { stop = handler; } });
    expect(stopped.code).not.toBe(0);
    expect(stopped.stderr).toContain(`Run 1 of 4: ${fast.id}, seed 1`);
    expect(stopped.stderr).toContain('To go on: pocketformer resume');

    const [report] = await jsonLines(reportSchema, ['resume', out]);
    expect(report).toMatchObject({ name: 'moved', study: 'small', runs: 4, finishedRuns: 4 });
    expect(runs()).toEqual([`${fast.id}-seed-1`, `${fast.id}-seed-2`, `${slow.id}-seed-1`, `${slow.id}-seed-2`].sort());
    expect(report.networks.map(({ id, accuracyBefore, winnerOn, accuracy: { seeds } }) => [id, accuracyBefore, winnerOn, seeds])).toEqual(
      [[fast.id, 0.3, ['pixel4'], 2], [slow.id, 0.4, ['pixel4'], 2]]);
    const space = getSpace('elasticvit-mini');
    for (const { device, rows } of report.devices) {
      expect(rows.map(({ id, latencyMs }) => [id, latencyMs])).toEqual([fast, slow].map(({ id, arch }) => (
        [id, predictLatency(loadDevice(device), space.lower(arch, { classes: 10, resolution: 32 })).latencyMs])));
      const [first, second] = report.networks.map(({ accuracy: { mean } }) => mean);
      expect(rows.map(({ onFront }) => onFront)).toEqual([true, second > first]);
      expect(rows.map(({ isWinner }) => isWinner)).toEqual(device === 'pixel4' ? [true, true] : [false, false]);
    }
    const tau = kendallTau([0.3, 0.4], report.networks.map(({ accuracy: { mean } }) => mean));
    expect(report.tau).toBe(Number.isNaN(tau) ? null : tau);
    for (const { runs: own } of report.networks) {
      for (const { accuracy, directory } of own) {
        const { evaluation, starting } = JSON.parse(readFileSync(join(out, directory, 'results', 'training.json'), 'utf8')) as {
          evaluation: { accuracy: number }; starting: { newHead: string[]; frozenBlocks: number };
        };
        expect(evaluation.accuracy).toBe(accuracy);
        expect(starting.newHead).toEqual(['head.classifier.weight', 'head.classifier.bias']);
        expect(starting.frozenBlocks).toBeGreaterThan(5);
      }
    }
  }, 120_000);

  it('does again what is missing alone, and tells the same later', async () => {
    const kept = JSON.parse(readFileSync(join(out, 'results', 'transfer.json'), 'utf8')) as unknown;
    const [missing] = runs();
    rmSync(join(out, 'runs', missing), { recursive: true });
    const { stderr } = await cli(['transfer', file, '--out', out]);
    expect(stderr.match(/Run \d of 4/g)).toHaveLength(1);
    expect(JSON.parse(readFileSync(join(out, 'results', 'transfer.json'), 'utf8'))).toEqual(kept);
    expect((await jsonLines(z.unknown(), ['report', out]))[0]).toEqual(kept);
    const { stdout } = await cli(['report', out]);
    expect(stdout).toContain('## pixel6');
    expect(readFileSync(join(out, 'results', 'transfer.md'), 'utf8').trimEnd()).toBe(stdout.slice(0, stdout.indexOf('\n\nTable')));
    expect(readFileSync(join(out, 'results', 'transfer.svg'), 'utf8')).toContain('after transfer');
  }, 60_000);

  it('runs the example, which lies beside the runs, with fewer images and seeds', async () => {
    const home = join(folder, 'home');
    const winners = await smallStudyWithFronts(join(home, 'runs', 'quickstart'));
    const example = readFileSync(fileURLToPath(new URL('../../examples/transfer.yaml', import.meta.url)), 'utf8');
    const smaller = [['seeds: 3', 'seeds: 1'], ['trainImages: 2000', 'trainImages: 20'], ['valImages: 1000', 'valImages: 10'], ['epochs: 4', 'epochs: 1'], ['batchSize: 32', 'batchSize: 10']]
      .reduce((text, [from, to]) => {
        expect(text).toContain(from);
        return text.replace(from, to);
      }, example);
    mkdirSync(join(home, 'examples'));
    writeFileSync(join(home, 'examples', 'transfer.yaml'), smaller);
    const [report] = await jsonLines(reportSchema, ['transfer', join(home, 'examples', 'transfer.yaml'), '--out', join(home, 'runs', 'transfer')]);
    expect(report).toMatchObject({ name: 'transfer', runs: 2, finishedRuns: 2 });
    expect(report.networks.map(({ id }) => id)).toEqual(winners.map(({ id }) => id));
  }, 120_000);

  it('refuses another file in the same folder, and a study without fronts', async () => {
    expect(await complaint(['transfer', file, '--out', out, '--seeds', '3'])).toContain('holds a transfer by another file');
    rmSync(join(folder, 'small', 'results'), { recursive: true });
    expect(await complaint(['transfer', file, '--out', join(folder, 'other')])).toContain('there are no results yet');
  }, 30_000);
});
