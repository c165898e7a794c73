import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { networkParams } from '../../core/network/blockGraph.ts';
import { networkMacs } from '../../core/network/counts.ts';
import { elasticVit } from '../../core/spaces/elasticvit/space.ts';
import { cli, complaint, jsonLines, scratchFolder } from './harness.ts';

const folder = scratchFolder();
const count = z.int().min(0);
const names = z.array(z.string());

describe('spaces', () => {
  it('prints every space with its size and its networks', async () => {
    const schema = z.array(z.strictObject({
      id: z.string(), title: z.string(), resolutions: z.array(count), classes: count, networks: names, size: z.number(),
    }));
    const [spaces] = await jsonLines(schema, ['spaces']);
    const full = spaces.find(({ id }) => id === 'elasticvit');
    // elasticvit.md section 1.1: 2.17e16 subnets; section 2: the nine released networks.
    expect(full?.size).toBeCloseTo(2.17e16, -14);
    expect(full?.networks).toEqual(expect.arrayContaining(['T1', 'T2', 'S1', 'S2', 'M', 'L1', 'L1.5', 'L2', 'L3', 'min', 'max']));
    expect(spaces.map(({ id }) => id)).toContain('elasticvit-mini');
  });

  it('prints sizes to the last digit', async () => {
    expect((await cli(['spaces', '--json'])).stdout).toContain(`"size":${elasticVit.size}}`);
  });
});

const blockSchema = z.looseObject({ name: z.string(), type: z.string(), params: count, macs: count });
const descriptionSchema = z.strictObject({
  space: z.string(), name: z.string().nullable(), arch: z.looseObject({ resolution: count }), resolution: count, classes: count,
  params: count, macs: count, publishedCounts: z.record(z.string(), count), blocks: z.array(blockSchema),
});
const describeJson = async (...args: string[]) =>
  (await jsonLines(descriptionSchema, ['describe', '--space', 'elasticvit', ...args]))[0];

describe('describe', () => {
  // elasticvit.md section 2: exact MACs counted on the released implementation, its own count, and parameters, in millions.
  it.each([
    ['T1', 64.899, 62.9, 8.91], ['S1', 221.549, 217.6, 10.84], ['S2', 320.252, 318.5, 10.23], ['L3', 824.590, 815.4, 15.34],
  ])('counts %s as published', async (arch, macs, paper, params) => {
    const described = await describeJson('--arch', arch);
    expect(described.name).toBe(arch);
    expect(Math.floor(described.macs / 1e3) / 1e3).toBeCloseTo(macs, 2);
    expect(described.publishedCounts['elasticvit-paper'] / 1e6).toBeCloseTo(paper, 1);
    expect(Math.abs(described.params / 1e6 - params)).toBeLessThanOrEqual(0.01);
    expect(described.blocks.reduce((sum, block) => sum + block.macs, 0)).toBe(described.macs);
    expect(described.blocks.reduce((sum, block) => sum + block.params, 0)).toBe(described.params);
  });

  it('takes a resolution and a number of classes', async () => {
    const published = await describeJson('--arch', 'T1');
    const fewer = await describeJson('--arch', 'T1', '--classes', '10', '--resolution', '160');
    expect(fewer).toMatchObject({ resolution: 160, classes: 10 });
    // The last layer has 1984 inputs, a weight and no more for each, and a bias per class; biases of positions come on top.
    const head = ({ blocks }: typeof published) => blocks[blocks.length - 1];
    expect(head(published).params - head(fewer).params).toBe(990 * (1984 + 1));
    expect(fewer.macs).toBeGreaterThan(published.macs);
  });

  it('shows people the same numbers', async () => {
    const { stdout } = await cli(['describe', '--space', 'elasticvit', '--arch', 'T1']);
    const { params, macs, blocks } = await describeJson('--arch', 'T1');
    for (const number of [params, macs]) expect(stdout).toContain(number.toLocaleString('en-US'));
    for (const { name } of blocks) expect(stdout).toMatch(new RegExp(`^${name.replaceAll('.', '\\.')} `, 'm'));
  });

  it('refuses what is not there or not possible, in one line', async () => {
    const refused = (...args: string[]) => complaint(['describe', ...args]);
    expect(await refused('--space', 'elasticvt', '--arch', 'T1')).toContain('No search space is called "elasticvt"; known are elasticvit');
    expect(await refused('--space', 'elasticvit', '--arch', 'T9')).toContain('"T9" is no architecture of elasticvit. Accepted are');
    expect(await refused('--space', 'elasticvit', '--arch', './none.json')).toContain('there is no file ./none.json');
    expect(await refused('--space', 'elasticvit', '--arch', folder)).toContain(folder);
    expect(await refused('--space', 'elasticvit', '--arch', '{"resolution": 128')).toContain('not valid JSON: at line 1');
    expect(await refused('--space', 'elasticvit', '--arch', '{}')).toContain('resolution is missing, accepted: 128, 160');
    expect(await refused('--space', 'elasticvit', '--arch', '[]')).toContain('must be a JSON object');
    const { T1 } = elasticVit.networks;
    const narrowing = JSON.stringify({ ...T1, t4: { ...T1.t4, width: 160 } });
    expect(await refused('--space', 'elasticvit', '--arch', narrowing)).toContain('t4.width is 160, accepted: at least t3.width, which is 176');
    expect(await refused('--space', 'elasticvit', '--arch', 'T1', '--resolution', '0')).toContain('--resolution: expected a whole number');
    expect(await refused('--space', 'elasticvit', '--arch', 'T1', '--resolution', '4000')).toContain('4000');
    expect(await refused('--space', 'elasticvit', '--arch', 'T1', '--classes', 'many')).toContain('--classes: expected a whole number of at least 1 and at most 1,000,000, got "many"');
  });
});

describe('sample', () => {
  const sampleJson = (...args: string[]) => jsonLines(z.unknown(), ['sample', '--space', 'elasticvit', ...args]);
  const macsOf = (arch: unknown) => networkMacs(elasticVit.lower(elasticVit.parse(arch)));
  const paramsOf = (arch: unknown) => networkParams(elasticVit.lower(elasticVit.parse(arch)));

  it('repeats itself with the same seed, and a larger count begins with the smaller one', async () => {
    const five = await sampleJson('--count', '5', '--seed', '3', '--macs', '200M:400M');
    expect(await sampleJson('--count', '8', '--seed', '3', '--macs', '200M:400M')).toEqual([...five, ...new Array(3).fill(expect.anything())]);
    expect(await sampleJson('--count', '5', '--seed', '4', '--macs', '200M:400M')).not.toEqual(five);
  });

  it('is as uniform as published when nothing limits it', async () => {
    const macs = (await sampleJson('--count', '2000')).map(macsOf).sort((a, b) => a - b);
    // elasticvit.md section 1.1, of another implementation's uniform samples: median 491 M, 90th percentile 1015 M. That
    // sampler draws widths one after the other, which favours wide late stages, hence the room.
    expect(macs[1000] / 491e6).toBeGreaterThan(0.85);
    expect(macs[1000] / 491e6).toBeLessThan(1.15);
    expect(macs[1800] / 1015e6).toBeGreaterThan(0.8);
    expect(macs[1800] / 1015e6).toBeLessThan(1.2);
  });

  it('keeps the limits on MACs and parameters', async () => {
    const archs = await sampleJson('--count', '20', '--macs', '200e6:0.4G', '--params', '9M:12M');
    expect(archs).toHaveLength(20);
    for (const arch of archs) {
      expect(macsOf(arch)).toBeGreaterThanOrEqual(200e6);
      expect(macsOf(arch)).toBeLessThanOrEqual(400e6);
      expect(paramsOf(arch)).toBeGreaterThanOrEqual(9e6);
      expect(paramsOf(arch)).toBeLessThanOrEqual(12e6);
    }
  });

  it('draws uniformly within MACs that hardly any architecture has', async () => {
    for (const [range, min, max] of [['37M:60M', 37e6, 60e6], ['2.2G:', 2.2e9, 3.22e9]] as const) {
      const { code, stdout, stderr } = await cli(['sample', '--space', 'elasticvit', '--count', '10', '--macs', range, '--json']);
      expect(code).toBe(0);
      expect(stderr).toBe('');
      const macs = stdout.trim().split('\n').map((line) => macsOf(JSON.parse(line)));
      expect(macs).toHaveLength(10);
      expect(Math.min(...macs)).toBeGreaterThanOrEqual(min);
      expect(Math.max(...macs)).toBeLessThanOrEqual(max);
      expect(new Set(macs).size).toBeGreaterThan(5);
    }
  });

  it('finds other things that uniform draws hardly ever are, and says that these are not uniform', async () => {
    // The smallest network takes 2.8 ms there (elasticvit.md section 2).
    const { code, stdout, stderr } = await cli(['sample', '--space', 'elasticvit', '--count', '5', '--device', 'pixel6', '--max-ms', '4', '--json']);
    expect(code).toBe(0);
    expect(stderr).toContain('not uniform');
    expect(stdout.trim().split('\n')).toHaveLength(5);
  });

  it('keeps the latency limit of a device', async () => {
    const archs = await sampleJson('--count', '10', '--device', 'pixel6', '--max-ms', '20');
    const lines = archs.map((arch) => JSON.stringify(arch)).join('\n');
    const predictions = await jsonLines(z.looseObject({ latencyMs: z.number() }),
      ['predict', '--space', 'elasticvit', '--device', 'pixel6', '--archs', '-'], { stdin: lines });
    for (const { latencyMs } of predictions) expect(latencyMs).toBeLessThanOrEqual(20);
  });

  it('prints a table for people', async () => {
    const { stdout } = await cli(['sample', '--space', 'elasticvit-mini', '--count', '4', '--device', 'pixel6', '--max-ms', '50']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^ *MACs +parameters +pixel6 +architecture$/);
    for (const line of lines.slice(1)) expect(line).toMatch(/^ *[\d.]+ M +[\d.]+ M +[\d.]+ ms +r\d+-/);
  });

  it.each([
    [['--count', '-3'], '--count: expected a whole number of at least 1 and at most 1,000,000, got "-3"'],
    [['--count', '0'], '--count: expected a whole number'],
    [['--count', '1.5'], '--count: expected a whole number'],
    [['--count', 'ten'], '--count: expected a whole number'],
    [[], '--count is missing'],
    [['--count', '1', '--macs', '200M'], '--macs: expected a range such as 100M:200M'],
    [['--count', '1', '--macs', 'a:b'], '--macs: expected a range'],
    [['--count', '1', '--macs', '-5:10'], '--macs: expected a range'],
    [['--count', '1', '--macs', '300M:200M'], '--macs: the range "300M:200M" is empty: 300M is more than 200M.'],
    [['--count', '1', '--macs', '1:2'], 'the space reaches from 38.3 M to 3213.1 M.'],
    [['--count', '1', '--params', '1G:'], 'has so many parameters'],
    [['--count', '1', '--device', 'pixel6'], '--device and --max-ms go together; --max-ms is missing'],
    [['--count', '1', '--max-ms', '5'], '--device is missing'],
    [['--count', '1', '--device', 'pixel6', '--max-ms', '0'], '--max-ms: expected a number of milliseconds above 0'],
    [['--count', '1', '--device', 'pixel6', '--max-ms', 'fast'], '--max-ms: expected a number'],
    [['--count', '1', '--device', 'nokia', '--max-ms', '5'], 'No device model is called "nokia"'],
    [['--count', '1', '--seed', '-1'], '--seed: expected a whole number of at least 0'],
    [['--count', '1', '--seed', 'x'], '--seed: expected a whole number'],
  ])('refuses %j', async (args, message) => {
    expect(await complaint(['sample', '--space', 'elasticvit', ...args])).toContain(message);
  });

  it('gives up on what does not exist, with nothing printed', async () => {
    expect(await complaint(['sample', '--space', 'elasticvit-mini', '--count', '3', '--device', 'pixel6', '--max-ms', '0.0001', '--quiet']))
      .toMatch(/No architecture of elasticvit-mini was found within these limits/);
  });
});

describe('predict', () => {
  const schema = z.strictObject({
    arch: z.unknown(), latencyMs: z.number(), lowMs: z.number(), highMs: z.number(), outOfRange: names,
  });

  // elasticvit.md section 2: sums of the measured blocks on Pixel 6, in ms.
  it.each([['T1', 4.44], ['S1', 13.58], ['L1', 34.23], ['L3', 50.62]])('comes close to the measured blocks of %s', async (arch, measuredMs) => {
    const [{ latencyMs, lowMs, highMs, outOfRange }] =
      await jsonLines(schema, ['predict', '--space', 'elasticvit', '--device', 'pixel6', '--archs', arch]);
    expect(Math.abs(latencyMs / measuredMs - 1)).toBeLessThan(0.03);
    expect(lowMs).toBeLessThan(latencyMs);
    expect(highMs).toBeGreaterThan(latencyMs);
    expect(outOfRange).toEqual([]);
  });

  it('says when a network lies outside what was measured', async () => {
    const args = ['predict', '--space', 'elasticvit-mini', '--device', 'pixel4', '--archs', 'small'];
    const [{ lowMs, highMs, outOfRange }] = await jsonLines(schema, args);
    expect(outOfRange.length).toBeGreaterThan(0);
    expect(highMs / lowMs).toBeGreaterThan(1.2);
    expect((await cli(args)).stderr).toContain('1 of 1 lie outside what was measured for pixel4');
    expect((await cli([...args, '--quiet'])).stderr).toBe('');
  });

  it('takes device models from files, and says what is wrong with them', async () => {
    const refused = (device: string) => complaint(['predict', '--space', 'elasticvit-mini', '--archs', 'small', '--device', device]);
    const broken = join(folder, 'broken.json');
    writeFileSync(broken, '{"format": ');
    const other = join(folder, 'other.json');
    writeFileSync(other, '{"format": "something"}');
    const newer = join(folder, 'newer.json');
    writeFileSync(newer, '{"format": "pocketformer-device-model", "version": 99}');
    expect(await refused(broken)).toContain('broken.json is not JSON');
    expect(await refused(other)).toContain('is not a device model');
    expect(await refused(newer)).toContain('made by a newer Pocketformer');
    expect(await refused(folder)).toContain(folder);
    expect(await refused('pixel5')).toContain('expected pixel4, pixel6 or xiaomi11');
  });

  it('predicts for people in a table that says what it speaks for', async () => {
    const { stdout } = await cli(['predict', '--space', 'elasticvit', '--device', 'xiaomi11', '--archs', 'S1']);
    expect(stdout).toMatch(/latency .*interval .*MACs .*architecture\n *[\d.]+ ms +[\d.]+ ms to [\d.]+ ms +221\.5 M +S1\n/);
    expect(stdout).toContain('Xiaomi Mi 11');
  });
});

describe('devices and engines', () => {
  it('lists the phones with their errors on held-out architectures', async () => {
    const schema = z.array(z.strictObject({
      name: z.string(), title: z.string(), runtime: z.string(), path: z.string(), measuredBlocks: count,
      mapePercent: z.number().nullable(), verdict: z.literal('untested'), state: z.string(), speaksFor: names,
    }));
    const [devices] = await jsonLines(schema, ['devices']);
    expect(devices.map(({ name }) => name)).toEqual(['pixel4', 'pixel6', 'xiaomi11']);
    for (const { mapePercent } of devices) expect(mapePercent).toBeLessThanOrEqual(1);
  });

  it('lists the engines, exactly one of them in use', async () => {
    const schema = z.array(z.strictObject({
      id: z.enum(['ort', 'tensorflow', 'webgpu', 'js']), version: z.string(), device: z.string(), threads: z.int().positive(),
      available: z.boolean(), inUse: z.boolean(), reason: z.string().nullable(), remedy: z.string().nullable(),
    }));
    const [engines] = await jsonLines(schema, ['engines']);
    expect(engines.filter(({ inUse }) => inUse)).toHaveLength(1);
    for (const { available, inUse, reason, remedy } of engines) {
      expect(available || !inUse).toBe(true);
      expect(reason === null).toBe(available);
      expect(remedy === null).toBe(available);
    }
    const [chosen] = await jsonLines(schema, ['engines', '--engine', 'js']);
    expect(chosen.find(({ inUse }) => inUse)?.id).toBe('js');
  });
});
