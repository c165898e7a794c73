import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Random } from '../../core/base/random.ts';
import { readModel } from '../../core/graph/onnx/read.ts';
import { modelFacts } from '../../core/latency/measurements/modelFile.ts';
import { encodeSafetensors } from '../../core/model/safetensors.ts';
import { Weights } from '../../core/model/weights.ts';
import { getSpace } from '../../core/spaces/index.ts';
import { weightsMetadata } from '../../core/study/weightsFile.ts';
import { cli, complaint, jsonLines, scratchFolder } from './harness.ts';

const folder = scratchFolder();
const at = (name: string) => join(folder, name);
const schema = z.strictObject({
  path: z.string(), precision: z.enum(['float32', 'float16', 'int8']), sizeBytes: z.int(), opset: z.int().min(17), maxAbsDiff: z.number(), relativeDiff: z.number(),
  classes: z.int(), resolution: z.int(), nodes: z.strictObject({ written: z.int(), optimised: z.int() }),
  calibration: z.strictObject({ images: z.int(), source: z.string(), ranges: z.string() }).optional(),
});
const backboneSchema = z.strictObject({
  path: z.string(), descriptionPath: z.string(), precision: z.enum(['float32', 'float16']), sizeBytes: z.int(), opset: z.int(), nodes: z.int(),
  imageSize: z.strictObject({ height: z.int(), width: z.int() }), padding: z.strictObject({ bottom: z.int(), right: z.int() }), params: z.int(), macs: z.int(),
  outputs: z.array(z.strictObject({ name: z.string(), stride: z.int(), channels: z.int(), height: z.int(), width: z.int() })),
  checked: z.strictObject({ height: z.int(), width: z.int(), maxAbsDiff: z.number(), relativeDiff: z.number().max(1e-4) }),
});
const mini = ['export', '--space', 'elasticvit-mini', '--arch', 'min'];

describe('export', () => {
  it('writes untrained weights that follow from the seed, and checks the file', async () => {
    const [first] = await jsonLines(schema, [...mini, '--seed', '1', '--out', at('a.onnx')]);
    expect(first).toMatchObject({ path: at('a.onnx'), classes: 10, resolution: 32, sizeBytes: statSync(at('a.onnx')).size });
    await jsonLines(schema, [...mini, '--seed', '1', '--out', at('b.onnx')]);
    await jsonLines(schema, [...mini, '--seed', '2', '--out', at('c.onnx')]);
    const bytes = readFileSync(at('a.onnx'));
    expect(readFileSync(at('b.onnx')).equals(bytes)).toBe(true);
    expect(readFileSync(at('c.onnx')).equals(bytes)).toBe(false);
  });

  it('writes half precision, in about half the bytes', async () => {
    const [whole] = await jsonLines(schema, [...mini, '--seed', '1', '--out', at('whole.onnx')]);
    const [half] = await jsonLines(schema, [...mini, '--seed', '1', '--precision', 'float16', '--out', at('half.onnx')]);
    expect([whole.precision, half.precision]).toEqual(['float32', 'float16']);
    expect(half.sizeBytes).toBeLessThan(0.6 * whole.sizeBytes);
    expect(whole.relativeDiff).toBeLessThan(1e-4);
    expect(half.relativeDiff).toBeGreaterThan(1e-4);
    expect(modelFacts(readFileSync(at('half.onnx')), 'half.onnx')).toMatchObject({
      precision: 'float16', of: { kind: 'network', space: 'elasticvit-mini' }, input: { name: 'images' },
    });
  });

  it('writes integers, whose ranges come from the images of a folder or, as it says, from none', async () => {
    const photos = at('photos');
    mkdirSync(photos);
    for (let i = 0; i < 5; i++) {
      await sharp({ create: { width: 40, height: 30, channels: 3, background: { r: 50 * i, g: 120, b: 255 - 50 * i } } }).png().toFile(join(photos, `${i}.png`));
    }
    const int8 = [...mini, '--seed', '1', '--precision', 'int8'];
    const [report] = await jsonLines(schema, [...int8, '--images', photos, '--calibration-images', '4', '--ranges', 'mse', '--out', at('int8.onnx')]);
    expect(report.calibration).toEqual({ images: 4, ranges: 'mse', source: '4 images of a folder, normalised by their own mean and deviation' });
    expect(report.relativeDiff).toBeLessThan(0.5);
    expect(modelFacts(readFileSync(at('int8.onnx')), 'int8.onnx').precision).toBe('int8');
    const { stdout } = await cli([...int8, '--out', at('int8.onnx')]);
    expect(stdout).toContain('Ranges of activations (min-max) are those on 16 inputs of random numbers, because no images were given: good for measuring latency');
    expect(await complaint([...mini, '--seed', '1', '--ranges', 'mse', '--out', at('x.onnx')])).toContain('--ranges goes with --precision int8');
    expect(await complaint([...int8, '--ranges', 'mse', '--out', at('x.onnx')])).toContain('--ranges goes with --images');
    expect(await complaint([...int8, '--images', at('nowhere'), '--out', at('x.onnx')])).toContain('nowhere');
  });

  it('takes classes, a resolution and a batch, and replaces a file', async () => {
    writeFileSync(at('old.onnx'), 'old');
    const args = [...mini, '--seed', '1', '--classes', '3', '--resolution', '48', '--batch', '2', '--out', at('old.onnx')];
    const [report] = await jsonLines(schema, args);
    expect(report).toMatchObject({ classes: 3, resolution: 48, sizeBytes: statSync(at('old.onnx')).size });
  });

  it('tells people the size and how exact the file is', async () => {
    const { code, stdout } = await cli([...mini, '--seed', '1', '--out', at('a.onnx')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/a\.onnx: float32, \d+ kB, opset \d+, 32 px, 10 classes\nONNX Runtime differs from the \w+ engine by at most \S+, \S+ of the logits' scale\.\nOperators: \d+ in the file, \d+ after ONNX Runtime's optimiser on this machine\.\nCard: .*a\.card\.md\n$/);
  });

  it('refuses what cannot be, before it works, and leaves nothing', async () => {
    mkdirSync(at('empty'));
    const out = join('empty', 'x.onnx');
    const refused = (...args: string[]) => complaint(['export', '--out', at(out), ...args]);
    const space = ['--space', 'elasticvit-mini'];
    expect(await refused(...space, '--arch', 'min')).toContain('expected one of --study DIR, --weights FILE and --seed N, got none');
    expect(await refused(...space, '--arch', 'min', '--seed', '1', '--study', folder)).toContain('got several');
    expect(await refused('--arch', 'min', '--seed', '1')).toContain('--space is missing');
    expect(await refused(...space, '--arch', 'T1', '--seed', '1')).toContain('"T1" is no architecture of elasticvit-mini');
    expect(await refused(...space, '--arch', '{"resolution": 32}', '--seed', '1')).toContain('stem is missing');
    expect(await refused(...space, '--arch', 'min', '--seed', 'one')).toContain('--seed: expected a whole number');
    expect(await refused(...space, '--arch', 'min', '--seed', '1', '--batch', '0')).toContain('--batch: expected dynamic or a whole number');
    expect(await refused(...space, '--arch', 'min', '--seed', '1', '--engine', 'gpu')).toContain('--engine: expected auto');
    expect(await refused('--arch', 'min', '--study', at('nowhere'))).toContain('there is no such folder');
    expect(await refused('--arch', 'min', '--study', at('empty'))).toContain('is not a study');
    expect(await refused('--arch', 'min', '--study', at('empty'), '--classes', '3')).toContain('--classes goes with --seed');
    expect(readdirSync(at('empty'))).toEqual([]);
    expect(await complaint([...mini, '--seed', '1', '--out', at('empty')])).toContain('is a folder');
    expect(await complaint([...mini, '--seed', '1', '--out', at(join('none', 'x.onnx'))])).toContain('there is no folder');
    expect(existsSync(at('none'))).toBe(false);
  });

  it('takes weights as a training leaves them, with all that they know', async () => {
    const network = getSpace('pit-mini').lower(getSpace('pit-mini').networks.small, { classes: 3 });
    const facts = {
      space: 'pit-mini', architecture: getSpace('pit-mini').networks.small, resolution: 32, classes: 3, classNames: ['ash', 'elm', 'oak'], seed: 4,
      normalisation: { mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] },
    } as const;
    const tensors = Weights.initialise(network, new Random(4)).toTensors();
    writeFileSync(at('own.safetensors'), Buffer.concat(encodeSafetensors(tensors, weightsMetadata({ ...facts, classNames: [...facts.classNames] }))));
    const [report] = await jsonLines(schema, ['export', '--weights', at('own.safetensors'), '--out', at('own.onnx')]);
    expect(report).toMatchObject({ classes: 3, resolution: 32 });
    const { metadata } = readModel(readFileSync(at('own.onnx')));
    expect(JSON.parse(metadata['pocketformer.classNames'])).toEqual(facts.classNames);
    expect(metadata['pocketformer.weights']).toBeUndefined();

    const [backbone] = await jsonLines(backboneSchema, ['export', '--weights', at('own.safetensors'), '--backbone', '--image-size', '48x64', '--out', at('own-backbone.onnx')]);
    expect(backbone.outputs.map(({ name, height, width }) => [name, height, width])).toEqual([['c2', 12, 16], ['c3', 6, 8]]);
    expect(JSON.parse(readFileSync(at('own-backbone.json'), 'utf8'))).toMatchObject({ weights: 'trained', input: { normalisation: facts.normalisation } });
  });

  it('writes the stages\' maps at any size with --backbone, and tells people of them', async () => {
    const { code, stdout } = await cli([...mini, '--seed', '1', '--backbone', '--image-size', '40x50', '--levels', 'c2,c3', '--out', at('maps.onnx')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/maps\.onnx: backbone, float32, \d+ kB, opset \d+, images of 40x50; described in .*maps\.json\n/);
    expect(stdout).toContain('The file pads images with zeros: 6 columns to the right.\n');
    expect(stdout).toMatch(/map  stride  channels  height x width\nc2 +4 +16 +10 x 14\nc3 +8 +32 +5 x 7\n/);
    expect(readModel(readFileSync(at('maps.onnx'))).outputs.map(({ name, dims }) => [name, ...dims])).toEqual([['c2', 'batch', 16, 10, 14], ['c3', 'batch', 32, 5, 7]]);
    const refused = (...args: string[]) => complaint([...mini, '--seed', '1', '--out', at('no.onnx'), ...args]);
    expect(await refused('--image-size', '64x64')).toContain('--image-size goes with --backbone');
    expect(await refused('--backbone', '--image-size', '64')).toContain('--image-size: expected height x width in pixels');
    expect(await refused('--backbone', '--resolution', '64')).toContain('with --backbone give --image-size HxW');
    expect(await refused('--backbone', '--precision', 'int8')).toContain('--precision float32 or float16');
    expect(await refused('--backbone', '--levels', 'c9')).toContain('There is no feature map "c9"');
    expect(existsSync(at('no.onnx')) || existsSync(at('no.json'))).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('does not replace what is no file (skipped: Windows has no named pipes in folders)', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    expect(await complaint([...mini, '--seed', '1', '--out', at('pipe')])).toContain('is no file; expected the path of a file');
  });
});
