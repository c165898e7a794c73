import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EnvironmentError } from '../../core/base/errors.ts';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { startEngine } from '../../core/engine/engines.ts';
import { exportNetwork, type ExportNetworkOptions } from '../../core/export/exportNetwork.ts';
import { exportOnnx } from '../../core/export/onnx.ts';
import { compareWithEngine, runOnnx } from '../../core/export/verify.ts';
import { readModel } from '../../core/graph/onnx/read.ts';
import { logits } from '../../core/model/inference.ts';
import { getSpace } from '../../core/spaces/index.ts';
import { writeFileAtomic } from '../../core/study/files.ts';
import { calibratedWeights, randomImages } from './networks.ts';

const space = getSpace('elasticvit-mini');
const architecture = space.networks.small;
const network = space.lower(architecture, { classes: 3 });

let engine: Engine;
let folder: string;
let options: ExportNetworkOptions;
beforeAll(async () => {
  engine = await startEngine('ort');
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'export-'));
  options = {
    weights: calibratedWeights(engine, network, 'export'), engine, out: join(folder, 'network.onnx'), batch: 'dynamic', seed: 7, version: '1.2.3',
    architecture, writeFile: writeFileAtomic,
  };
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('exporting a network', () => {
  it('reports the file and how exact it is', async () => {
    const report = await exportNetwork(options);
    expect(report).toMatchObject({ path: options.out, sizeBytes: statSync(options.out).size, opset: 17, classes: 3, resolution: 32 });
    expect(report.relativeDiff).toBeLessThan(1e-4);
    expect(report.maxAbsDiff).toBeGreaterThan(0);
    expect(report.nodes.written).toBe(readModel(readFileSync(options.out)).nodes.length);
    expect(report.nodes.optimised).toBeGreaterThan(0);
    expect(readdirSync(folder)).toEqual(['network.onnx']);
  });

  it('tells in the file where it comes from and what it wants', async () => {
    const normalisation = { mean: [0.5, 0.4, 0.3], std: [0.25, 0.2, 1 / 3] };
    await exportNetwork({ ...options, classNames: ['cat', 'dog', 'übrige'], normalisation, study: 'pets' });
    const { metadata, producer, producerVersion } = readModel(readFileSync(options.out));
    expect([producer, producerVersion]).toEqual(['pocketformer', '1.2.3']);
    const text = (key: string) => metadata[`pocketformer.${key}`];
    const json = (key: string) => JSON.parse(text(key)) as unknown;
    expect([text('version'), text('space'), text('study')]).toEqual(['1.2.3', 'elasticvit-mini', 'pets']);
    expect(space.key(space.parse(json('architecture')))).toBe(space.key(architecture));
    expect([json('classes'), json('resolution'), json('seed')]).toEqual([3, 32, 7]);
    expect(json('classNames')).toEqual(['cat', 'dog', 'übrige']);
    expect(json('normalisation')).toEqual(normalisation);
    expect(text('input')).toContain('[batch, 3, height, width]');
    expect(json('macs')).toBeGreaterThan(1e6);
    expect(json('params')).toBeGreaterThan(1e4);
  });

  it('leaves out of the file what it is not told', async () => {
    await exportNetwork(options);
    const keys = Object.keys(readModel(readFileSync(options.out)).metadata);
    expect(keys).toContain('pocketformer.classes');
    for (const key of ['classNames', 'normalisation', 'study']) expect(keys).not.toContain(`pocketformer.${key}`);
  });

  it('gives equal bytes for equal networks, and replaces an older file', async () => {
    writeFileSync(options.out, 'older');
    await exportNetwork(options);
    const first = readFileSync(options.out);
    await exportNetwork(options);
    expect(readFileSync(options.out).equals(first)).toBe(true);
  });

  it.each([1, 2, 'dynamic'] as const)('runs on batches of %s', async (batch) => {
    await exportNetwork({ ...options, batch });
    const bytes = readFileSync(options.out);
    const sizes = batch === 'dynamic' ? [1, 2, 5] : [batch];
    const images = sizes.map((count) => randomImages(count, 32, new Random(count)));
    runOnnx(bytes, images, 'test').forEach((actual, i) => {
      const expected = logits(engine, options.weights, images[i]);
      expect(actual.length).toBe(sizes[i] * 3);
      expected.forEach((value, j) => expect(actual[j]).toBeCloseTo(value, 4));
    });
    if (batch !== 'dynamic') expect(() => runOnnx(bytes, [randomImages(3, 32, new Random(1))], 'test.onnx')).toThrow(/test\.onnx: ONNX Runtime cannot run/);
  });
});

/** Whatever goes wrong, the folder holds what it held before. */
describe('a network that cannot be exported', () => {
  const refused = async (code: string, changes: Partial<ExportNetworkOptions>) => {
    writeFileSync(options.out, 'older');
    const error = await exportNetwork({ ...options, ...changes }).then(() => undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(EnvironmentError);
    expect(error).toMatchObject({ code, message: expect.stringContaining(folder) as string });
    expect(readdirSync(folder)).toEqual(['network.onnx']);
    expect(readFileSync(options.out, 'utf8')).toBe('older');
    return (error as EnvironmentError).message;
  };

  it('is refused when ONNX Runtime and the engine disagree', async () => {
    const shifted: Engine = {
      info: engine.info, backend: engine.backend,
      apply: (graph, feeds, settings) => engine.apply(graph, feeds, settings).add(1e-3),
      evaluate: (graph, feeds, known) => engine.evaluate(graph, feeds, known),
    };
    expect(await refused('export-differs', { engine: shifted })).toContain('more than 0.0001. Nothing was written');
  });

  it('is refused when its outputs are not numbers', async () => {
    options.weights.trainable[0] = NaN;
    await refused('export-not-finite', {});
  });

  it('leaves nothing when the file cannot be written', async () => {
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const writeFile = () => Promise.reject(new EnvironmentError('disk-full', `Cannot write ${options.out}: the disk is full.`, { cause: full }));
    await refused('disk-full', { writeFile });
    await expect(exportNetwork({ ...options, out: join(folder, 'missing', 'network.onnx') })).rejects.toMatchObject({ code: 'cannot-write' });
    expect(readdirSync(folder)).toEqual(['network.onnx']);
  });
});

describe('the check of an exported file', () => {
  it('finds a file cut short, and a single wrong weight', () => {
    const { weights } = options;
    const bytes = exportOnnx(weights, { batch: 1, version: '0', metadata: {} });
    const images = [randomImages(1, 32, new Random(3))];
    const check = (changed: Uint8Array) => compareWithEngine(changed, weights, engine, images, 'test.onnx');
    expect(check(bytes).relativeDiff).toBeLessThan(1e-4);
    expect(() => check(bytes.subarray(0, bytes.length / 2))).toThrow(expect.objectContaining({ code: 'export-refused' }) as Error);

    const damaged = bytes.slice();
    const { raw } = readModel(damaged).initializers.find(({ name }) => name === 'stem.conv.conv.weight')!;
    new DataView(raw.buffer, raw.byteOffset).setFloat32(0, 10, true);
    expect(check(damaged).relativeDiff).toBeGreaterThan(1e-4);
  });
});
