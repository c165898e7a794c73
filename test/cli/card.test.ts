import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { Random } from '../../core/base/random.ts';
import { readModel } from '../../core/graph/onnx/read.ts';
import { encodeSafetensors } from '../../core/model/safetensors.ts';
import { Weights } from '../../core/model/weights.ts';
import { networkParams } from '../../core/network/blockGraph.ts';
import { networkMacs } from '../../core/network/counts.ts';
import { getSpace } from '../../core/spaces/index.ts';
import { weightsMetadata } from '../../core/study/weightsFile.ts';
import { modelCardSchema, type ModelCard } from '../../core/study/modelCard/schema.ts';
import { cli, complaint, jsonLines, scratchFolder } from './harness.ts';

const folder = scratchFolder();
const at = (name: string) => join(folder, name);
const cardOf = (name: string): ModelCard => modelCardSchema.parse(JSON.parse(readFileSync(at(name), 'utf8')));
const space = getSpace('elasticvit-mini');
const network = space.lower(space.networks.min);

describe('the card of an exported architecture', () => {
  beforeAll(async () => {
    await cli(['export', '--space', 'elasticvit-mini', '--arch', 'min', '--seed', '5', '--batch', '2', '--precision', 'float16', '--out', at('a.onnx')]);
    await cli(['export', '--space', 'elasticvit-mini', '--arch', 'min', '--seed', '5', '--out', at('b.onnx')]);
  }, 300_000);

  it('says of the file what the file says', () => {
    const bytes = readFileSync(at('a.onnx'));
    const { file, input, output } = cardOf('a.card.json');
    const model = readModel(bytes);
    expect(file).toEqual({
      name: 'a.onnx', format: 'onnx', precision: 'float16', sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), opset: model.opsets[''],
    });
    expect([input.name, input.shape]).toEqual([model.inputs[0].name, model.inputs[0].dims]);
    expect([output!.name, output!.shape]).toEqual([model.outputs[0].name, model.outputs[0].dims]);
  });

  it('has every block once in its table', () => {
    const { network: told } = cardOf('a.card.json');
    expect(told.blocks.reduce((sum, { repeats }) => sum + repeats, 0)).toBe(network.blocks.length);
    expect(told).toMatchObject({ space: 'elasticvit-mini', published: 'min', params: networkParams(network), macs: networkMacs(network) });
  });

  it('predicts latency as the command does, and only for the precision that a device model speaks for', async () => {
    const [predicted] = await jsonLines(z.object({ latencyMs: z.number(), lowMs: z.number(), highMs: z.number() }), [
      'predict', '--space', 'elasticvit-mini', '--device', 'pixel6', '--archs', 'min',
    ]);
    expect(cardOf('b.card.json').latencies.find(({ device }) => device === 'pixel6')).toMatchObject({ kind: 'predicted', ...predicted });
    expect(cardOf('a.card.json').latencies.map(({ kind }) => kind)).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it('says what untrained weights are worth, and claims nothing that is not known', () => {
    const card = cardOf('a.card.json');
    expect(card).toMatchObject({ weights: { origin: 'untrained' }, data: null, recipe: null, accuracy: null, classNames: null, input: { normalisation: null, preparation: null } });
    expect(card.limits[0]).toContain('Its answers mean nothing');
  });

  it('tells the command that makes the same file again', async () => {
    const [command] = cardOf('a.card.json').reproduce.commands;
    const [program, ...words] = command.split(' ');
    expect(program).toBe('pocketformer');
    expect((await cli(words.map((word) => (word === 'a.onnx' ? at('again.onnx') : word)))).code).toBe(0);
    expect(readFileSync(at('again.onnx')).equals(readFileSync(at('a.onnx')))).toBe(true);
  });

  it('begins as a README.md of the Hugging Face Hub does', () => {
    const [, matter] = readFileSync(at('a.card.md'), 'utf8').split('---\n');
    expect(parse(matter)).toEqual({
      library_name: 'onnx', pipeline_tag: 'image-classification', tags: ['pocketformer', 'image-classification', 'vision-transformer', 'elasticvit-mini', 'onnx', 'float16'],
    });
  });

  it('is printed again, and refused for another file', async () => {
    const { code, stdout, stderr } = await cli(['card', at('b.onnx')]);
    expect([code, stdout]).toEqual([0, readFileSync(at('b.card.md'), 'utf8')]);
    expect(stderr).toContain("its SHA-256 is the card's");
    appendFileSync(at('b.onnx'), 'x');
    expect(await complaint(['card', at('b.onnx')])).toMatch(/its SHA-256 is [0-9a-f]{64}, but the card beside it is of a file with [0-9a-f]{64}/);
    writeFileSync(at('b.card.json'), '{"format":"pocketformer-model-card","version":1}');
    expect(await complaint(['card', at('b.onnx')])).toContain('is no model card: name is wrong');
    writeFileSync(at('b.card.json'), '{"format":"pocketformer-model-card","version":2}');
    expect(await complaint(['card', at('b.onnx')])).toContain('newer Pocketformer (version 2)');
    rmSync(at('b.card.json'));
    expect(await complaint(['card', at('b.onnx')])).toContain('no card lies beside it');
  });
});

describe('the card of an exported backbone', () => {
  const size = ['--image-size', '40x50', '--levels', 'c2,c3'];

  const normalisation = { mean: [0.5, 0.5, 0.5] as const, std: [0.2, 0.2, 0.2] as const };
  let told: string;

  beforeAll(async () => {
    const facts = { space: 'elasticvit-mini', architecture: space.networks.min, resolution: 32, classes: 3, classNames: ['ash', 'elm', 'oak'], seed: 4, normalisation };
    const tensors = Weights.initialise(space.lower(space.networks.min, { classes: 3 }), new Random(4)).toTensors();
    writeFileSync(at('own.safetensors'), Buffer.concat(encodeSafetensors(tensors, weightsMetadata(facts))));
    told = (await cli(['export', '--space', 'elasticvit-mini', '--arch', 'min', '--seed', '5', '--backbone', ...size, '--out', at('maps.onnx')])).stdout;
    await cli(['export', '--weights', at('own.safetensors'), '--backbone', ...size, '--out', at('own.onnx')]);
  }, 300_000);

  it('tells the maps that come out, counts what is there, and claims no classes, accuracy or latency', async () => {
    expect(told).toContain(`Card: ${at('maps.card.md')}\n`);
    const card = cardOf('maps.card.json');
    const { outputs } = readModel(readFileSync(at('maps.onnx')));
    const described = z.object({ params: z.int(), macs: z.int(), padding: z.object({ bottom: z.int(), right: z.int() }) }).parse(JSON.parse(readFileSync(at('maps.json'), 'utf8')));
    expect(card.backbone).toEqual({
      imageSize: { height: 40, width: 50 }, padding: described.padding, maps: outputs.map(({ name, dims }, i) => ({ name, stride: 2 ** (i + 2), shape: dims })),
    });
    expect(card.network).toMatchObject({ space: 'elasticvit-mini', published: 'min', classes: null, params: described.params, macs: described.macs });
    expect(card.network.blocks.map(({ type }) => type)).not.toContain('head');
    expect(card).toMatchObject({ output: null, classNames: null, accuracy: null });
    expect(card.latencies.map(({ kind }) => kind)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(card.limits[0]).toContain('Its maps mean nothing');
    expect(card.reproduce.commands).toEqual([`pocketformer export --space elasticvit-mini --arch min --seed 5 --backbone ${size.join(' ')} --precision float32 --batch dynamic --out maps.onnx`]);
    const text = readFileSync(at('maps.card.md'), 'utf8');
    expect(text).toContain('- Output `c3`: float32 [batch, ');
    expect(text).toContain('0 rows below and 6 columns to the right');
    expect(text).not.toContain('classes');
    expect((await cli(['card', at('maps.onnx')])).code).toBe(0);
  });

  it('tells of given weights how their pixels are normalised, and that another size is not their own', async () => {
    const card = cardOf('own.card.json');
    expect(card).toMatchObject({ weights: { origin: 'given' }, input: { normalisation }, data: null, accuracy: null });
    expect(card.limits.join(' ')).toContain('a classifier of 32 px: for images of 40 x 50');
    expect(card.limits.join(' ')).not.toContain('accuracy');
    expect(card.reproduce.commands[0]).toContain(`--backbone ${size.join(' ')}`);
  });
});
