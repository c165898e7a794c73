import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Random } from '../../core/base/random.ts';
import type { Measurement } from '../../core/latency/measurements/record.ts';
import { elasticVitMini } from '../../core/spaces/elasticvit/space.ts';
import { exactSumMs } from '../latency/calibration/madeUpPhone.ts';
import { cli, complaint, jsonLines, scratchFolder } from './harness.ts';

const folder = scratchFolder();
const random = new Random('measured');
const archs = Array.from({ length: 14 }, () => elasticVitMini.sample(random));
const exactMs = (arch: typeof archs[0]) => exactSumMs(elasticVitMini.lower(arch, { classes: 10 }).blocks);

function record(arch: typeof archs[0], precision: 'float32' | 'int8' = 'float32'): Measurement {
  return {
    format: 'pocketformer-measurement', version: 1, model: { name: 'model' },
    of: { kind: 'network', space: 'elasticvit-mini', arch: arch as never, resolution: arch.resolution, classes: 10 },
    target: { device: 'Made-up phone', runtime: { name: 'onnxruntime', version: '1.30.0' }, provider: 'cpu', threads: 1, precision },
    way: 'import', protocol: { version: 0 }, timing: { kind: 'summary', statistic: 'median' }, latencyMs: exactMs(arch), spread: null, flags: ['summary-only'],
  };
}

function saved(name: string, records: readonly Measurement[]): string {
  writeFileSync(join(folder, name), records.map((each) => `${JSON.stringify(each)}\n`).join(''));
  return join(folder, name);
}

/** The second of its measurements ends in the middle. */
function cutOff(): string {
  const path = saved('cut.jsonl', archs.slice(12, 14).map((arch) => record(arch)));
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, -100));
  return path;
}

const first = saved('monday.jsonl', archs.slice(0, 6).map((arch) => record(arch)));
const second = saved('friday.jsonl', archs.slice(6, 12).map((arch) => record(arch)));
const out = join(folder, 'My phone.json');
const calibrate = ['calibrate', '--space', 'elasticvit-mini', '--out', out];
const report = z.object({
  name: z.string(), path: z.string(), networks: z.number(), blocks: z.number(), minutes: z.number(),
  errors: z.object({ count: z.number(), mapePercent: z.number(), spearmanRho: z.number(), kendallTau: z.number() }),
  interval: z.object({ coverage: z.number(), observedCoverage: z.number(), halfWidthPercent: z.number() }),
  baselines: z.array(z.object({ title: z.string(), errors: z.object({ mapePercent: z.number() }) })),
});

describe('calibrate', () => {
  it('makes one model of several files, which predict takes', async () => {
    const [made] = await jsonLines(report, [...calibrate, '--measurements', first, second]);
    expect(made).toMatchObject({ name: 'my-phone', path: out, networks: 12, blocks: 0, errors: { count: 12 }, interval: { coverage: 0.9 } });
    expect(made.baselines).toHaveLength(2);
    const prediction = z.object({ latencyMs: z.number() });
    const file = join(folder, 'archs.jsonl');
    writeFileSync(file, archs.slice(12).map((arch) => `${JSON.stringify(arch)}\n`).join(''));
    const predicted = await jsonLines(prediction, ['predict', '--space', 'elasticvit-mini', '--device', out, '--archs', file]);
    predicted.forEach(({ latencyMs }, i) => {
      // Heads with 1000 classes instead of 10 cost more; nothing else differs.
      expect(latencyMs).toBeGreaterThan(0.9 * exactMs(archs[12 + i]));
      expect(latencyMs).toBeLessThan(3 * exactMs(archs[12 + i]));
    });
  });

  it('takes the files one option each as well', async () => {
    const [together] = await jsonLines(report, [...calibrate, '--measurements', first, second]);
    const [apart] = await jsonLines(report, [...calibrate, '--measurements', first, '--measurements', second]);
    expect(apart).toEqual(together);
  });

  it('tells people errors beside baselines, and how sure it is', async () => {
    const { code, stdout } = await cli([...calibrate, '--measurements', first, second]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Made-up phone, onnxruntime 1\.30\.0, cpu, float32, threads: 1\nMeasured: 12 networks, /);
    expect(stdout).toMatch(/this model +\d+\.\d\d %/);
    expect(stdout).toMatch(/MACs alone +\d+\.\d\d %/);
    expect(stdout).toMatch(/90 % interval: ±\d/);
  });

  it('tells how far sessions with the same files are apart', async () => {
    const sha256 = (i: number) => String(i % 10).repeat(64);
    const session = (name: string, factor: number) => archs.slice(0, 6).map((arch, i): Measurement =>
      ({ ...record(arch), model: { name: `m${i}`, sha256: sha256(i) }, session: name, latencyMs: factor * exactMs(arch) }));
    const [made] = await jsonLines(report.extend({ repeatability: z.object({ models: z.number(), medianPercent: z.number(), worstPercent: z.number() }) }),
      [...calibrate, '--measurements', saved('one.jsonl', session('one', 1)), saved('two.jsonl', session('two', 1.03))]);
    expect(made.repeatability).toEqual({ models: 6, medianPercent: expect.closeTo(3, 6) as unknown, worstPercent: expect.closeTo(3, 6) as unknown });
  });

  it('refuses measurements of files that are not of the set', async () => {
    mkdirSync(join(folder, 'set'));
    const model = {
      name: 'm', file: 'm.onnx', sha256: 'a'.repeat(64), precision: 'float32', of: { kind: 'unknown' }, input: { name: 'x', shape: [1], file: 'x.f32' },
      output: { name: 'y', shape: [1], values: [1], relativeTolerance: 0.1 },
    };
    writeFileSync(join(folder, 'set', 'manifest.json'), JSON.stringify({ format: 'pocketformer-calibration-set', version: 1, models: [model] }));
    const other = saved('other.jsonl', [{ ...record(archs[0]), model: { name: 'm', sha256: 'b'.repeat(64) } }]);
    expect(await complaint([...calibrate, '--measurements', other, '--set', join(folder, 'set')])).toMatch(/other\.jsonl:1: model\.sha256 is b+, which is no file of the calibration set; its "m" is a+\./);
  });

  it.each<[string, () => string[], RegExp]>([
    ['measurements of two precisions', () => ['--measurements', first, saved('int8.jsonl', [record(archs[12], 'int8')])],
      /int8\.jsonl:1: target\.precision is "int8", but "float32" in .*monday\.jsonl:1/],
    ['no file', () => ['--measurements', join(folder, 'none.jsonl')], /none\.jsonl cannot be read/],
    ['two networks', () => ['--measurements', saved('two.jsonl', archs.slice(0, 2).map((arch) => record(arch)))], /2 whole networks; expected at least 3/],
    ['an unknown device to start from', () => ['--measurements', first, '--from', 'pixel4,pixel99'], /No device model is called "pixel99"/],
    ['no measurements', () => [], /--measurements is missing/],
    ['one file twice', () => ['--measurements', first, first], /monday\.jsonl:1: is the same measurement as .*monday\.jsonl:1/],
    ['a negative time', () => ['--measurements', first, saved('negative.jsonl', [{ ...record(archs[12]), latencyMs: -1 }])], /negative\.jsonl:1: latencyMs: /],
    ['a file that was cut off', () => ['--measurements', first, cutOff()], /cut\.jsonl:2: ends in the middle of a measurement/],
  ])('refuses %s with the reason', async (_what, args, message) => {
    expect(await complaint([...calibrate, ...args()])).toMatch(message);
  });
});
