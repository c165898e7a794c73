import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importText } from '../../../core/latency/imports/importText.ts';
import { toMeasurement } from '../../../core/latency/imports/toMeasurement.ts';
import { elasticVit } from '../../../core/spaces/elasticvit/space.ts';

const read = (text: string, space?: string) => importText(text, 'file', { space });
const target = { device: 'phone', runtime: { name: 'some' }, provider: 'cpu', threads: 1, precision: 'float32' } as const;

// As ONNX Runtime of version 1.23 prints it, with the numbers of a published run (Arm's guide on SME2, one C1-Pro core).
const newPerfTest = `Setting intra_op_num_threads to 1
Disabling intra-op thread spinning between runs
Session creation time cost: 0.217932 s
First inference time cost: 196 ms
Total inference time cost: 0.49481 s
Total inference requests: 5
Average inference time cost total: 98.961997 ms
Total inference run time: 0.494854 s
Number of inferences per second: 10.104
Avg CPU usage: 11 %
Peak working set size: 271122432 bytes
Runs:5
Min Latency: 0.0958204 s
Max Latency: 0.101519 s
P50 Latency: 0.0995086 s
P90 Latency: 0.101519 s
P95 Latency: 0.101519 s
P99 Latency: 0.101519 s
P999 Latency: 0.101519 s
`;
// As old builds print it, by their source.
const oldPerfTest = `Session creation time cost: 0.1 s
Total inference time cost: 0.2 s
Total inference requests: 10
Average inference time cost: 20 ms
Avg CPU usage: 90 %
Peak working set size: 1000 bytes

Min Latency is 0.0179sec
Max Latency is 0.0292sec
P50 Latency is 0.0195sec
P90 Latency is 0.0251sec
P95 Latency is 0.0292sec
P99 Latency is 0.0292sec
P999 Latency is 0.0292sec
`;
// As TensorFlow Lite 2.18 prints it (Texas Instruments' manual, AM62X).
const newTflite = `INFO: STARTING!
INFO: Num threads: [4]
INFO: Graph: [/usr/share/models/ssd_mobilenet_v2_coco.tflite]
INFO: count=1 curr=1357602 p5=1357602 median=1357602 p95=1357602

INFO: count=50 first=1249964 curr=1240143 min=1238588 max=1252566 avg=1.24027e+06 std=2565 p5=1238753 median=1239807 p95=1247415

INFO: Inference timings in us: Init: 5579, First inference: 1357602, Warmup (avg): 1.3576e+06, Inference (avg): 1.24027e+06
`;

describe('the output of onnxruntime_perf_test', () => {
  it('is read with means in milliseconds and percentiles in seconds', () => {
    expect(read(newPerfTest)).toEqual([expect.objectContaining({
      latencyMs: expect.closeTo(99.5086, 6) as unknown, told: { threads: 1 }, spread: null, flags: ['summary-only'],
      timing: {
        kind: 'summary', statistic: 'median', runs: 5, p50Ms: expect.closeTo(99.5086, 6) as unknown, p90Ms: expect.closeTo(101.519, 6) as unknown,
        p99Ms: expect.closeTo(101.519, 6) as unknown, leastMs: expect.closeTo(95.8204, 6) as unknown, mostMs: expect.closeTo(101.519, 6) as unknown,
      },
    })]);
  });

  it('is read from old builds, and with the mean alone where there are no percentiles', () => {
    expect(read(oldPerfTest)[0]).toMatchObject({ latencyMs: 19.5, timing: { statistic: 'median', runs: 10, leastMs: expect.closeTo(17.9, 9) as unknown } });
    expect(read(newPerfTest.split('Runs:')[0])[0]).toMatchObject({ latencyMs: 98.961997, timing: { statistic: 'mean', runs: 5 } });
  });

  it('gives single runs where it lists them', () => {
    const verbose = `iteration:1,time_cost:0.02\niteration:2,time_cost:0.024\niteration:3,time_cost:0.022\nTotal inference requests: 3\nAverage inference time cost total: 22 ms\n`;
    expect(read(verbose)[0]).toMatchObject({ latencyMs: 22, flags: [], timing: { kind: 'runs', rounds: [{ warmUpRuns: 0, runsMs: [20, 24, 22] }] } });
    expect(() => read(verbose.replace('requests: 3', 'requests: 5'))).toThrow('lists 3 runs but says that there were 5');
  });

  it.each([
    ['a negative mean', newPerfTest.replace('98.961997', '-98.9').split('Runs:')[0], 'file: latencyMs is -98.9 ms'],
    ['no number', newPerfTest.replace('98.961997', 'nan'), 'has no mean in ms'],
    ['percentiles in another unit', newPerfTest.replace('0.0995086', '99.5086'), 'this build uses other units'],
    ['an absurd percentile', newPerfTest.replace('Max Latency: 0.101519', 'Max Latency: 101519'), 'mostMs is 101519000 ms'],
  ])('is refused with %s', (_, text, reason) => {
    expect(() => read(text)).toThrow(reason);
  });
});

describe('the result file of onnxruntime_perf_test', () => {
  const rows = '/data/a.onnx,0.02,1000,90,0\n/data/a.onnx,0.03,1000,90,1\n/data/b.onnx,0.01,1000,90,0\n\nMin Latency is 0.02sec\n/data/a.onnx,0.022,1000,90,2\n';

  it('is read model by model, without the statistics that some builds append', () => {
    expect(read(rows)).toEqual([
      expect.objectContaining({ name: 'a', place: 'file:1', latencyMs: 22, timing: { kind: 'runs', rounds: [{ warmUpRuns: 0, runsMs: [20, 30, 22] }] } }),
      expect.objectContaining({ name: 'b', place: 'file:3', latencyMs: 10 }),
    ]);
  });

  it('is refused when it was cut off or holds what is no time', () => {
    expect(() => read(rows.slice(0, -12))).toThrow(/^file:6: expected "model,seconds/);
    expect(() => read(rows.replace('0.03', '0'))).toThrow('file:1: run 2 is 0 ms');
    expect(() => read(rows.replace('0.03', '-1'))).toThrow('file:1: run 2 is -1000 ms');
  });
});

describe("the output of TensorFlow Lite's benchmark_model", () => {
  it('is read in microseconds, with the median where it tells one', () => {
    expect(read(newTflite)[0]).toMatchObject({
      name: 'ssd_mobilenet_v2_coco', latencyMs: 1239.807, told: { threads: 4 },
      timing: { statistic: 'median', runs: 50, leastMs: 1238.588, mostMs: 1252.566, deviationMs: 2.565 },
    });
    const old = newTflite.replaceAll(/ p5=.*/g, '').replaceAll('INFO: ', '');
    expect(read(old)[0]).toMatchObject({ latencyMs: 1240.27, timing: { statistic: 'mean', runs: 50 } });
  });

  it('is refused without its last line', () => {
    expect(() => read(newTflite.split('INFO: Inference')[0])).toThrow('has no line "Inference timings in us"');
  });
});

describe('a plain table', () => {
  const { T1 } = elasticVit.networks;

  it('is CSV, a JSON array or JSON lines with the same columns', () => {
    const csv = 'name,space,arch,latency_ms,p90_ms,runs\nmine,elasticvit,T1,37.5,39,50\nother,,,12.5,,\n';
    const rows = [{ name: 'mine', space: 'elasticvit', arch: T1, latencyMs: 37.5, p90Ms: 39, runs: 50 }, { name: 'other', latencyMs: 12.5 }];
    const places = (text: string) => read(text).map(({ place }) => place);
    const facts = (text: string) => read(text).map(({ place: _, ...rest }) => rest);
    expect(facts(csv)).toEqual(facts(JSON.stringify(rows)));
    expect(facts(csv)).toEqual(facts(rows.map((row) => JSON.stringify(row)).join('\n')));
    expect(read(csv)[0]).toMatchObject({ name: 'mine', of: { kind: 'network', space: 'elasticvit', arch: T1, classes: 1000 }, latencyMs: 37.5 });
    expect([places(csv), places(JSON.stringify(rows))]).toEqual([['file:2', 'file:3'], ['file: item 1', 'file: item 2']]);
  });

  it('may list single runs, and leave the space to who imports', () => {
    const [row] = read('arch,runs_ms,resolution\nT1,20 22 21,160\n', 'elasticvit');
    expect(row).toMatchObject({ of: { resolution: 160 }, latencyMs: 21, timing: { kind: 'runs', rounds: [{ runsMs: [20, 22, 21] }] } });
  });

  it.each([
    ['name,latencyMs\na,-1\n', 'file:2: latencyMs is -1 ms'],
    ['name,latencyMs\na,1e9\n', 'file:2: latencyMs is 1000000000 ms'],
    ['name,latencyMs\na,fast\n', 'file:2: latencyMs: expected a number'],
    ['name,latencyMs\na,1\nb\n', 'file:3: has 1 cells, its header 2; was the file cut off?'],
    ['name,latency\na,1\n', 'file:2: unknown column latency; expected name, latencyMs'],
    ['name,latencyMs,runsMs\na,1,1 2\n', 'file:2: expected either latencyMs or runsMs'],
    ['arch,latencyMs\nT1,1\n', 'file:2: space is missing'],
    ['space,arch,latencyMs\nelasticvit,T99,1\n', 'file:2: "T99" is no architecture of elasticvit'],
    ['latencyMs\n1\n', 'file:2: expected a name or an arch'],
    ['name,latencyMs,sha256\na,1,abc\n', 'file:2: sha256: expected the SHA-256'],
    ['[{"name": "a", "latencyMs": 1}, {"name"', 'file is not valid JSON: at line 1'],
    ['name,latencyMs\n', 'holds no measurement'],
    ['\n\n', 'file: is empty; expected a profile'],
  ])('%j is refused', (text, reason) => {
    expect(() => read(text)).toThrow(reason);
  });
});

describe('a latency table of nn-Meter', () => {
  const small = '{"firstconv_192_3_16_2_3": 1.4, "conv_96_16_24_3_2_hard_swish_3_nose": 2.5}';

  it('is read block by block', () => {
    expect(read(small)).toEqual([
      expect.objectContaining({ name: 'firstconv_192_3_16_2_3', of: { kind: 'tableEntry', key: 'firstconv_192_3_16_2_3' }, latencyMs: 1.4 }),
      expect.objectContaining({ latencyMs: 2.5 }),
    ]);
    expect(() => read(small.replace('2.5', '-2.5'))).toThrow('file: conv_96_16_24_3_2_hard_swish_3_nose: latencyMs is -2.5 ms');
    expect(() => read(small.replace('_nose', '_what'))).toThrow('is not the name of a measured block');
    expect(() => read(small.slice(0, -8))).toThrow('is not valid JSON');
  });

  it.each([
    ['nothing', '0', 'implausible-latency'], ['an hour', '3.6e6', 'implausible-latency'], ['infinity', '1e999', 'unreadable-latency-table'],
    ['no number', '"2.5"', 'unreadable-latency-table'], ['NaN', 'NaN', 'invalid-json'], ['null', 'null', 'unreadable-latency-table'],
  ])('is refused when a block takes %s', (_, value, code) => {
    expect(() => read(small.replace('2.5', value))).toThrow(expect.objectContaining({ code }));
  });

  const published = join(import.meta.dirname, '../../../../shared/data/phones/pixel4_lut_ln_v3.json');
  it.skipIf(!existsSync(published))('is read as published for Pixel 4, 12,116 blocks (skipped: the table is not here)', () => {
    const entries = read(readFileSync(published, 'utf8'));
    expect(entries).toHaveLength(12_116);
    expect(toMeasurement(entries[0], target, undefined, '')).toMatchObject({ way: 'import', of: { kind: 'tableEntry' }, protocol: { version: 0 } });
  });
});

describe('who imports', () => {
  it('may not say otherwise than the file', () => {
    const [imported] = read(newTflite);
    expect(() => toMeasurement(imported, target, undefined, '')).toThrow('says that it ran on 4 threads; expected --threads 4, got 1');
    expect(toMeasurement(imported, { ...target, threads: 4 }, undefined, 'x')).toMatchObject({ flags: ['summary-only', 'unverified-output'], protocol: { version: 0, notes: 'x' } });
  });
});
