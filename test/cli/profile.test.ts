import { appendFileSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../core/latency/measurements/manifest.ts';
import { parseMeasurements } from '../../core/latency/measurements/parseMeasurements.ts';
import { measurementSchema } from '../../core/latency/measurements/record.ts';
import { elasticVitMini } from '../../core/spaces/elasticvit/space.ts';
import { writeCalibrationSet } from '../study/measuring/calibrationSet.ts';
import { cli, complaint, jsonLines, scratchFolder } from './harness.ts';

const folder = scratchFolder();
const at = (...names: string[]) => join(folder, ...names);
/** Enough to see what it does; far too little to measure. */
const briefly = ['--rounds', '2', '--runs', '3', '--seconds', '0.01', '--max-drift', '10000', '--cool-down', '0.01', '--quiet'];

describe('profile', () => {
  let manifest: Manifest;
  beforeAll(async () => { manifest = await writeCalibrationSet(at('set'), ['min', 'max']); }, 60_000);

  it('measures one file and prints its record, with the architecture that the file tells', async () => {
    mkdirSync(at('alone'));
    copyFileSync(at('set', 'min.onnx'), at('alone', 'min.onnx'));
    const [record] = await jsonLines(measurementSchema, ['profile', at('alone', 'min.onnx'), '--on', 'host', '--threads', '2', '--device', 'The grey box', ...briefly]);
    expect(record).toMatchObject({
      way: 'host', model: { name: 'min', sha256: manifest.models[0].sha256, input: { name: 'images', shape: [1, 3, 32, 32] } },
      of: { kind: 'network', space: 'elasticvit-mini', arch: elasticVitMini.networks.min, resolution: 32, classes: 10 },
      target: { device: 'The grey box', runtime: { name: 'onnxruntime-node' }, provider: 'cpu', threads: 2, precision: 'float32' },
      flags: expect.arrayContaining(['few-runs', 'unverified-output']) as unknown,
    });
    expect(record.timing).toMatchObject({ kind: 'runs' });
  });

  it('checks a file against the manifest beside it', async () => {
    const [record] = await jsonLines(measurementSchema, ['profile', at('set', 'min.onnx'), ...briefly]);
    expect(record.outputs!.relativeDiff).toBeLessThan(1e-4);
    expect(record.flags).not.toContain('unverified-output');
  });

  it('tells people latency, spread, runs and the device', async () => {
    const { code, stdout } = await cli(['profile', at('set', 'min.onnx'), ...briefly]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ *latency {2}.*\n *[\d.]+ ms +[\d.]+ to [\d.]+ +[\d.]+ % +\d+ {2}min.*\n\n.*onnxruntime-node [\d.]+ npm, cpu, float32, threads: 1\n/);
  });

  it('tells the shares of the blocks, if asked', async () => {
    const { stdout } = await cli(['profile', at('set', 'min.onnx'), '--blocks', ...briefly]);
    expect(stdout).toMatch(/\n *share {2}block\n/);
    for (const { name } of elasticVitMini.lower(elasticVitMini.networks.min).blocks) expect(stdout).toMatch(new RegExp(`[\\d.]+ % {2}${name}\\n`));
    expect(stdout).toMatch(/ % {2}of no block\n/);
  });

  it('measures a set in a folder, which holds its records, and goes on there after an interruption', async () => {
    const args = ['profile', at('set'), '--out', at('session'), ...briefly];
    const records = await jsonLines(measurementSchema, args);
    expect(records.map(({ model: { name } }) => name)).toEqual(['min', 'max']);
    const written = readFileSync(at('session', 'measurements.jsonl'), 'utf8');
    expect(parseMeasurements(written, 'x').map(({ measurement }) => measurement)).toEqual(records);
    expect(new Set(records.map(({ session }) => session)).size).toBe(1);
    // What a killed program leaves: the first lines, and the beginning of the next.
    const lines = readFileSync(at('session', 'session.jsonl'), 'utf8').split('\n');
    writeFileSync(at('session', 'session.jsonl'), `${lines.slice(0, 5).join('\n')}\n${lines[5].slice(0, 40)}`);
    const again = await jsonLines(measurementSchema, args);
    expect(again.map(({ session }) => session)).toEqual(records.map(({ session }) => session));
    expect(readFileSync(at('session', 'session.jsonl'), 'utf8').split('\n').slice(0, 5)).toEqual(lines.slice(0, 5));
    // With nothing left to do it only tells the result.
    expect(await jsonLines(measurementSchema, args)).toEqual(again);
    expect(await complaint([...args, '--threads', '2'])).toMatch(/this session was begun on .*; what is there now differs: threads 2 instead of 1\. Go on with/);
    expect(await complaint([...args, '--seed', '5'])).toContain('other seed');
  });

  it('measures what works and says what does not', async () => {
    const models = manifest.models.map((model, i) => (i === 0 ? { ...model, output: { ...model.output, values: model.output.values.map((value) => value + 1) } } : model));
    mkdirSync(at('wrong'));
    mkdirSync(at('half'));
    copyFileSync(at('session', 'reference.onnx'), at('half', 'reference.onnx'));
    for (const name of ['min.onnx', 'max.onnx', 'input-32.f32', 'input-64.f32']) copyFileSync(at('set', name), at('wrong', name));
    writeFileSync(at('wrong', 'manifest.json'), JSON.stringify({ ...manifest, models }));
    const { code, stdout, stderr } = await cli(['profile', at('wrong'), '--out', at('half'), '--json', ...briefly.slice(0, -1)]);
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('min does not compute on this device what it should: its output differs from the expected one');
    appendFileSync(at('wrong', 'max.onnx'), 'x');
    expect(await complaint(['profile', at('wrong'), '--out', at('none'), ...briefly])).toContain('has the SHA-256');
  });

  it('refuses what cannot be measured', async () => {
    writeFileSync(at('text.onnx'), 'no model');
    mkdirSync(at('empty'));
    expect(await complaint(['profile', at('nothing.onnx')])).toContain('there is no such file or folder');
    expect(await complaint(['profile', at('text.onnx')])).toContain('is no ONNX file');
    expect(await complaint(['profile', at('empty'), '--out', at('x')])).toContain('manifest.json: there is no such file');
    expect(await complaint(['profile', at('set')])).toContain('expected --out DIR');
    expect(await complaint(['profile', at('set', 'min.onnx'), '--out', at('x')])).toContain('--out goes with a folder');
    expect(await complaint(['profile', at('set', 'min.onnx'), '--on', 'moon'])).toContain('--on: expected host');
    expect(await complaint(['profile', at('set', 'min.onnx'), '--processors', '7-4'])).toContain('expected numbers of processors');
    expect(await complaint(['profile', at('set'), '--out', at('set')])).toContain('no session of measuring');
  });
});
