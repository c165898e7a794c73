import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../core/base/errors.ts';
import { Random } from '../../../core/base/random.ts';
import type { Engine } from '../../../core/engine/engine.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import { networkMacs } from '../../../core/network/counts.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { openStudy } from '../../../core/study/folder.ts';
import { chooseSubnets } from '../../../core/study/rankCorrelation/chooseSubnets.ts';
import { rankCorrelation, type RankHooks, type RankOptions } from '../../../core/study/rankCorrelation/rankCorrelation.ts';
import { rankPaths, rankRecordSchema } from '../../../core/study/rankCorrelation/record.ts';
import { cli, complaint, jsonLines } from '../../cli/harness.ts';
import { z } from 'zod';
import { scratchFolder } from '../scratch.ts';
import { smallTrainedStudy } from '../smallTrainedStudy.ts';

const space = getSpace('elasticvit-mini');

describe('subnets for a comparison', () => {
  const options = { wanted: 6, classes: 10, random: new Random(1) };

  it('are evaluated ones, one from each stretch of MACs', () => {
    const random = new Random('pool');
    const pool = Array.from({ length: 200 }, () => space.sample(random));
    const chosen = chooseSubnets(space, pool, { ...options, random: new Random(1) });
    const keys = new Set(pool.map((arch) => space.key(arch)));
    expect(chosen).toHaveLength(6);
    const macsOf = (arch: unknown) => networkMacs(space.lower(arch, { classes: 10 }));
    const all = pool.map(macsOf);
    const [least, most] = [Math.min(...all), Math.max(...all)];
    chosen.forEach(({ key, arch, macs }, i) => {
      expect(keys).toContain(key);
      expect(macs).toBe(macsOf(arch));
      const place = 6 * Math.log(macs / least) / Math.log(most / least);
      expect(Math.min(5, Math.floor(place))).toBe(i);
    });
  });

  it('come from the whole space while nothing is evaluated', () => {
    const chosen = chooseSubnets(space, [], options);
    expect(new Set(chosen.map(({ key }) => key)).size).toBe(6);
    expect(chosen[5].macs / chosen[0].macs).toBeGreaterThan(4);
  });
});

describe('the rank correlation of a study', () => {
  const folder = scratchFolder();
  const [whole, pieces] = ['whole', 'pieces'].map((name) => join(folder, name));
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine('ort');
    await smallTrainedStudy(whole, 12);
    cpSync(whole, pieces, { recursive: true });
  });

  async function compare(directory: string, options: Omit<RankOptions, 'engine'> = {}, hooks: RankHooks = {}) {
    const study = await openStudy(directory);
    try {
      return await rankCorrelation(study, { engine, ...options }, hooks);
    } finally {
      study.close();
    }
  }

  it('is the same when it was stopped in the middle of a training and gone on with', async () => {
    const expected = await compare(whole, { subnets: 2, steps: 3 });
    const stop = new AbortController();
    const stopped = compare(pieces, { subnets: 2, steps: 3 }, {
      signal: stop.signal,
      onProgress: (done) => { if (done === 5) stop.abort(); },
    });
    await expect(stopped).rejects.toThrow(CancelledError);
    const { checkpoint } = rankPaths({ directory: pieces });
    expect(existsSync(checkpoint)).toBe(true);
    const done: number[] = [];
    const found = await compare(pieces, {}, { onProgress: (steps) => done.push(steps) });
    // The fifth step was the second of the second subnet.
    expect(done).toEqual([6]);
    expect(found).toEqual(expected);
    expect(existsSync(checkpoint)).toBe(false);
    expect(found.record).toMatchObject({ seed: 1, steps: 3, supernetSteps: 2, images: 20 });
    for (const { inherited, retrained } of found.record.subnets) {
      expect(inherited! * 20).toBeCloseTo(Math.round(inherited! * 20));
      expect(retrained! * 20).toBeCloseTo(Math.round(retrained! * 20));
    }
  });

  it('is reported by the command, and not mixed with another one', async () => {
    const { code, stdout } = await cli(['rank-correlation', whole]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^2 subnets on 20 validation images/);
    expect(stdout).toMatch(/inherited accuracy {2}/);
    const agreement = z.object({ tau: z.number().nullable() });
    const [json] = await jsonLines(z.object({ record: rankRecordSchema, inherited: agreement, macs: agreement, remarks: z.array(z.string()) }), ['rank-correlation', whole]);
    expect(json.record.subnets).toHaveLength(2);
    expect(await complaint(['rank-correlation', whole, '--steps', '7'])).toMatch(/is of steps 3, not 7; go on with the same, or delete it/);
  });
});
