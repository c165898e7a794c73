import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { proxyIds } from '../../core/scoring/catalogue.ts';
import { cli, complaint, jsonLines, scratchFolder } from './harness.ts';

const folder = scratchFolder();
const perProxy = <T extends z.ZodType>(value: T) => z.record(z.string(), value);
const number = z.number().nullable();
const schema = z.strictObject({
  arch: z.looseObject({}), scores: perProxy(number), ms: z.number().min(0), macs: perProxy(z.number().min(0)), spread: perProxy(number).optional(),
  perSeed: perProxy(z.array(number)).optional(), parts: perProxy(perProxy(z.number())).optional(), invalid: perProxy(z.string()).optional(),
  notes: perProxy(z.string()).optional(),
});
const score = (space: string, proxy: string, archs: string, ...args: string[]) =>
  jsonLines(schema, ['score', '--space', space, '--proxy', proxy, '--archs', archs, ...args]);

/** The smallest architecture that runs in a moment, on images of 32 px. */
const mini = ['autoformer-mini', 'min'] as const;
const scoreMini = async (proxy: string, ...args: string[]) => (await score(mini[0], proxy, mini[1], ...args))[0];

describe('score', () => {
  it('counts published networks as published, in the order of the file', async () => {
    const file = join(folder, 'names.txt');
    writeFileSync(file, 'tf-tas-ti\nautoformer-t\n');
    const lines = await score('autoformer-tiny', 'params,depth,mlp-ratios', file);
    // tftas.md 3.5.
    expect(lines.map(({ scores }) => scores)).toEqual([
      { params: 6_200_776, depth: 13, 'mlp-ratios': 48.5 }, { params: 5_867_944, depth: 13, 'mlp-ratios': 46 },
    ]);
    expect(lines[0].macs).toEqual({ params: 0, depth: 0, 'mlp-ratios': 0 });
  });

  it('gives the same value for the same seed, whatever is scored beside it', async () => {
    const file = join(folder, 'two.txt');
    writeFileSync(file, 'max\nmin\n');
    const alone = await scoreMini('synflow', '--seed', '3');
    const [, beside] = await score('autoformer-mini', 'dss-literal,synflow', file, '--seed', '3');
    expect(beside.scores.synflow).toBe(alone.scores.synflow);
    expect((await scoreMini('synflow', '--seed', '4')).scores.synflow).not.toBe(alone.scores.synflow);
  });

  it('averages over seeds, and tells each and their standard deviation', async () => {
    const { scores, perSeed, spread } = await scoreMini('synflow,params', '--seeds', '3');
    const values = perSeed!.synflow.map((value) => value!);
    const mean = values.reduce((a, b) => a + b) / 3;
    expect(scores.synflow).toBeCloseTo(mean, 10);
    expect(spread!.synflow).toBeCloseTo(Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2), 10);
    expect(values[1]).toBe((await scoreMini('synflow', '--seed', '2')).scores.synflow);
    // What does not depend on seeds is not repeated.
    expect(perSeed!.params).toBeUndefined();
  });

  it('gives the same scores on several threads, in the order of the file', async () => {
    const file = join(folder, 'five.txt');
    writeFileSync(file, 'max\nmin\nmin\nmax\nmin\n');
    const [alone, together] = [await score('autoformer-mini', 'synflow,dss', file, '--threads', '1'), await score('autoformer-mini', 'synflow,dss', file, '--threads', '2')];
    expect(together.map(({ arch, scores }) => ({ arch, scores }))).toEqual(alone.map(({ arch, scores }) => ({ arch, scores })));
    expect(together[0].scores.dss).not.toBe(together[1].scores.dss);
    // Each thread loads the whole program.
  }, 180_000);

  it("takes the supernet's weights or fresh ones", async () => {
    const [shared, fresh] = [await scoreMini('nuclear-norm', '--weights', 'supernet'), await scoreMini('nuclear-norm', '--weights', 'fresh')];
    expect(shared.scores['nuclear-norm']).not.toBe(fresh.scores['nuclear-norm']);
    expect(await scoreMini('nuclear-norm')).toMatchObject({ scores: shared.scores });
  });

  it('flags what is not valid, and shows it last', async () => {
    // Equal images have equal codes, so that NASWOT's kernel is singular.
    const { scores, invalid } = await scoreMini('naswot', '--input', 'ones', '--batch', '2');
    expect(scores.naswot).toBeNull();
    expect(invalid!.naswot).toMatch(/singular/);
    const { code, stdout } = await cli(['score', '--space', mini[0], '--proxy', 'naswot,params', '--archs', mini[1], '--input', 'ones', '--batch', '2', '--quiet']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/invalid +[\d,]+ +min\n[^]*naswot is not valid: the kernel is singular/);
  });

  it('runs networks on real images, with their classes or with drawn labels', async () => {
    const [sorted, loose] = [join(folder, 'sorted'), join(folder, 'loose')];
    for (const [i, colour] of ['#c02020', '#2020c0', '#20c020', '#c0c020'].entries()) {
      const picture = await sharp({ create: { width: 40, height: 36, channels: 3, background: colour, noise: { type: 'gaussian', mean: 128, sigma: 9 * (i + 1) } } }).png().toBuffer();
      for (const path of [join(sorted, i < 2 ? 'cats' : 'dogs'), loose]) {
        mkdirSync(path, { recursive: true });
        writeFileSync(join(path, `${i}.png`), picture);
      }
    }
    const options = ['--batch', '4'];
    const [noise, withClasses, withoutClasses] = [
      await scoreMini('snip', ...options), await scoreMini('snip', ...options, '--images', sorted), await scoreMini('snip', ...options, '--images', loose),
    ];
    expect(new Set([noise, withClasses, withoutClasses].map(({ scores }) => scores.snip)).size).toBe(3);
    expect(withClasses.scores.snip).toBeGreaterThan(0);
    expect(withClasses.macs).toEqual(noise.macs);
    expect(await complaint(['score', '--space', mini[0], '--proxy', 'snip', '--archs', mini[1], '--images', sorted, '--classes', '1'])).toMatch(/2 classes/);
    expect(await complaint(['score', '--space', mini[0], '--proxy', 'snip', '--archs', mini[1], '--images', join(folder, 'nowhere')])).toMatch(/no folder/);
  });

  it('lists the proxies, with a definition each, in its help and when asked for another', async () => {
    const { stdout } = await cli(['score', '--help']);
    for (const id of proxyIds) expect(stdout).toContain(`\n${id}: `);
    expect(await complaint(['score', '--space', mini[0], '--proxy', 'params,snipp', '--archs', mini[1]])).toMatch(/"snipp" \(did you mean "snip"\?\); known are params, macs, /);
  });

  it('says when an architecture is no part of the supernet', async () => {
    // DeiT-B is 768 wide, AutoFormer-Base's supernet 640.
    expect(await complaint(['score', '--space', 'autoformer-base', '--proxy', 'nuclear-norm', '--archs', 'deit-b'])).toMatch(/deit-b .* no part of the supernet .*--weights fresh/);
  });
});
