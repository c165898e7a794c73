import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { startEngine } from '../../core/engine/engines.ts';
import { withSummedTables } from '../../core/export/backbone/summedTables.ts';
import { exportBackbone, type ExportBackboneOptions } from '../../core/export/backbone/exportBackbone.ts';
import { backboneModel } from '../../core/export/backbone/backboneModel.ts';
import { withFileOutputs } from '../../core/export/verify.ts';
import { encodeModel } from '../../core/graph/onnx/model.ts';
import { readModel } from '../../core/graph/onnx/read.ts';
import { fitWeights } from '../../core/model/fitWeights.ts';
import { logits, runBlocks } from '../../core/model/inference.ts';
import type { Weights } from '../../core/model/weights.ts';
import { backboneOf } from '../../core/network/backbone.ts';
import type { ImageSize } from '../../core/network/imageSize.ts';
import { calibratedWeights, lowered, randomImages } from './networks.ts';

let engine: Engine;
let plain: Engine;
let folder: string;
beforeAll(async () => {
  [engine, plain] = [await startEngine('ort'), await startEngine('js')];
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backbone-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const optionsOf = (weights: Weights, more: Partial<ExportBackboneOptions> = {}): ExportBackboneOptions => ({
  weights, engine, out: join(folder, 'backbone.onnx'), batch: 'dynamic', seed: 5, version: '1.2.3', architecture: { any: 'thing' },
  writeFile: (path, bytes) => Promise.resolve(writeFileSync(path, bytes)), ...more,
});

/** What a file's maps are for these images. */
function mapsOf(bytes: Uint8Array, names: readonly string[], images: { count: number; pixels: Float32Array } & ImageSize): Float32Array[] {
  const { count, height, width, pixels } = images;
  return withFileOutputs(bytes, { input: 'images', outputs: names }, 'test', (run) => run({ values: pixels, shape: [count, 3, height, width] }));
}

/** The largest difference, relative to the largest value. */
const difference = (a: Float32Array, b: Float32Array) =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]))) / Math.max(...a.map(Math.abs));

const cases = [['elasticvit-mini', 'small'], ['asvit-mini', 'seed'], ['pit-mini', 'small'], ['mobilenetv2-mini', 'min']] as const;

describe('exporting a backbone', () => {
  it.each(cases)('gives the whole network\'s own maps at its own size: %s', async (space, name) => {
    const network = lowered(space, name, { classes: 3 });
    const weights = calibratedWeights(engine, network, `backbone ${space}`);
    const report = await exportBackbone(optionsOf(weights));
    expect(report.checked).toMatchObject({ height: 32, width: 32 });
    const images = randomImages(2, 32, new Random('images'));
    const made = mapsOf(readFileSync(report.path), report.outputs.map((output) => output.name), { count: 2, height: 32, width: 32, pixels: images.pixels });

    const { levels } = backboneOf(network, { height: 32, width: 32 });
    const input = { shape: [2, 3, 32, 32], data: images.pixels };
    levels.forEach(({ block, shape }, i) => {
      // Another engine's, from the first block on.
      const whole = runBlocks(plain, weights, network.blocks.slice(0, block + 1), input);
      expect(difference(asMaps(whole, 2, shape, space), made[i])).toBeLessThan(1e-4);
    });
    // PiT's classifier reads its class token, which is on no map.
    if (space === 'pit-mini') return;
    const { shape: { channels, height, width } } = levels.at(-1)!;
    const last = /^(elasticvit|mobilenetv2)/.test(space) ? { shape: [2, channels, height, width], data: made.at(-1)! }
      : { shape: [2, height * width, channels], data: asTokens(made.at(-1)!, 2, channels) };
    expect(difference(logits(plain, weights, images), runBlocks(plain, weights, network.blocks.slice(-1), last))).toBeLessThan(1e-4);
  });

  it.each([...cases, ['autoformer-mini', 'min']] as const)('agrees with the engine at other sizes, padded or not square: %s', async (space, name) => {
    const weights = calibratedWeights(engine, lowered(space, name, { classes: 3 }), `sizes ${space}`);
    for (const imageSize of [{ height: 64, width: 96 }, { height: 43, width: 50 }]) {
      const { checked, outputs, path, padding } = await exportBackbone(optionsOf(weights, { imageSize, batch: 1 }));
      expect(checked).toMatchObject(imageSize);
      expect(checked.relativeDiff).toBeLessThan(1e-4);
      const file = readModel(readFileSync(path));
      expect(file.inputs[0].dims).toEqual([1, 3, imageSize.height, imageSize.width]);
      expect(file.outputs.map(({ name: output, dims }) => [output, dims])).toEqual(outputs.map(({ name: output, channels, height, width }) => [output, [1, channels, height, width]]));
      expect(padding.right > 0 || imageSize.width === 96 || space !== 'autoformer-mini').toBe(true);
      for (const { stride, height, width } of outputs.filter(() => space === 'asvit-mini')) {
        expect([height, width]).toEqual([(imageSize.height + padding.bottom) / stride, (imageSize.width + padding.right) / stride]);
      }
    }
  });

  it('pads with zeros, below and to the right', async () => {
    const network = lowered('asvit-mini', 'seed', { classes: 3 });
    const weights = calibratedWeights(engine, network, 'padding');
    const small = await exportBackbone(optionsOf(weights, { imageSize: { height: 30, width: 27 }, batch: 1 }));
    const images = randomImages(1, 32, new Random('padding')).pixels;
    const cut = new Float32Array(3 * 30 * 27);
    for (let plane = 0, at = 0; plane < 3; plane++) {
      for (let row = 0; row < 32; row++) {
        for (let column = 0; column < 32; column++) {
          const from = (plane * 32 + row) * 32 + column;
          if (row < 30 && column < 27) cut[at++] = images[from];
          else images[from] = 0;
        }
      }
    }
    const names = small.outputs.map((output) => output.name);
    const fromSmall = mapsOf(readFileSync(small.path), names, { count: 1, height: 30, width: 27, pixels: cut });
    const whole = await exportBackbone(optionsOf(weights, { batch: 1 }));
    const fromWhole = mapsOf(readFileSync(whole.path), names, { count: 1, height: 32, width: 32, pixels: images });
    fromSmall.forEach((map, i) => expect(difference(map, fromWhole[i])).toBeLessThan(1e-6));
  });

  it('describes the file to programs, in it and beside it', async () => {
    const weights = calibratedWeights(engine, lowered('pit-mini', 'small', { classes: 3 }), 'described');
    const report = await exportBackbone(optionsOf(weights, { weightsOrigin: 'untrained', levels: ['c2', 'c3'] }));
    expect(report.descriptionPath).toBe(join(folder, 'backbone.json'));
    expect(JSON.parse(readFileSync(report.descriptionPath, 'utf8'))).toMatchObject({
      format: 'pocketformer-backbone', file: 'backbone.onnx', space: 'pit-mini', params: report.params, macs: report.macs, weights: 'untrained',
      input: { name: 'images', shape: ['batch', 3, 32, 32], channels: 'RGB' },
      outputs: [{ name: 'c2', stride: 4, channels: 24, shape: ['batch', 24, 8, 8] }, { name: 'c3', stride: 8, channels: 48, shape: ['batch', 48, 4, 4] }],
    });
    const { metadata } = readModel(readFileSync(report.path));
    expect(metadata['pocketformer.part']).toBe('backbone');
    expect(metadata['pocketformer.classes']).toBeUndefined();
    expect(JSON.parse(metadata['pocketformer.outputs'])).toEqual(report.outputs);
  });

  it('writes half precision with float32 ends', async () => {
    const weights = calibratedWeights(engine, lowered('asvit-mini', 'seed', { classes: 3 }), 'half');
    const whole = await exportBackbone(optionsOf(weights));
    const half = await exportBackbone(optionsOf(weights, { precision: 'float16', out: join(folder, 'half.onnx') }));
    expect(half.sizeBytes).toBeLessThan(0.7 * whole.sizeBytes);
    expect(half.checked.relativeDiff).toBeGreaterThan(whole.checked.relativeDiff);
    expect(readModel(readFileSync(half.path)).outputs.every(({ elementType }) => elementType === 1)).toBe(true);
  });

  it('keeps positions on large maps as the small tables that they follow from', () => {
    const network = lowered('elasticvit', 'min');
    const weights = calibratedWeights(engine, network, 'large', 1);
    const bytesAt = (side: number) => {
      const backbone = backboneOf(network, { height: side, width: side }, ['c4']);
      const fitted = fitWeights(backbone.network, weights.toTensors(), { random: new Random(0) }).weights;
      return encodeModel(backboneModel(backbone, fitted, { batch: 1, version: '1', metadata: {} })).length;
    };
    // 4096 tokens: the bias of 3 heads alone would take 201 MB.
    expect(bytesAt(1024) - bytesAt(128)).toBeLessThan(4e6);
  });
});

describe('tables of relative positions as sums', () => {
  const tableOf = (data: Int32Array) => ({
    producer: 'test', producerVersion: '1', graphName: 'test', opset: 17, inputs: [], outputs: [], nodes: [],
    initializers: [{ name: 'table', dims: [data.length], data }],
  });

  it('are those that they stand for, and others stay', () => {
    const side = 256;
    const data = Int32Array.from({ length: side ** 2 }, (_, i) => 31 * Math.floor(i / side) - (i % side) + 7);
    const { initializers: [queries, keys] } = withSummedTables(tableOf(data));
    expect(Int32Array.from(data, (_, i) => Number(queries.data[Math.floor(i / side)]) + Number(keys.data[i % side]))).toEqual(data);
    const odd = Int32Array.from(data);
    odd[side + 1]++;
    expect(withSummedTables(tableOf(odd)).initializers).toHaveLength(1);
  });
});

function asMaps(values: Float32Array, count: number, shape: { channels: number; height: number; width: number; extraTokens?: number }, space: string): Float32Array {
  if (/^(elasticvit|mobilenetv2)/.test(space)) return values;
  const { channels, height, width, extraTokens = 0 } = shape;
  const positions = height * width;
  return Float32Array.from({ length: count * channels * positions }, (_, i) => {
    const [image, channel, position] = [Math.floor(i / (channels * positions)), Math.floor(i / positions) % channels, i % positions];
    return values[(image * (positions + extraTokens) + extraTokens + position) * channels + channel];
  });
}

function asTokens(maps: Float32Array, count: number, channels: number): Float32Array {
  const positions = maps.length / count / channels;
  return Float32Array.from(maps, (_, i) => {
    const [image, position, channel] = [Math.floor(i / (channels * positions)), Math.floor(i / channels) % positions, i % channels];
    return maps[(image * channels + channel) * positions + position];
  });
}
