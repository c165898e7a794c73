import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeSafetensors, encodeSafetensors } from '../../core/model/safetensors.ts';
import { readModel } from '../../core/graph/onnx/read.ts';
import { cli, complaint, jsonLines, scratchFolder } from './harness.ts';

const folder = scratchFolder();
const at = (...names: string[]) => join(folder, ...names);
const importSchema = z.object({
  path: z.string(), classes: z.number(), resolution: z.number(), relativeDiff: z.number(),
  reference: z.object({ from: z.string(), images: z.number(), maxAbsDiff: z.number(), relativeDiff: z.number() }).nullable(),
});

/** A copy of the handed-over weights, with what is done to their tensors. */
function changed(name: string, change: (tensors: Record<string, { shape: number[]; data: Float32Array }>) => void, metadata?: Record<string, string>): string {
  const file = readFileSync(at('program', 'weights.safetensors'));
  const { tensors, metadata: own } = decodeSafetensors(file, 'weights');
  const copy = Object.fromEntries(Object.entries(tensors).map(([key, { shape, data }]) => [key, { shape: [...shape], data: data.slice() }]));
  change(copy as never);
  mkdirSync(at(name));
  writeFileSync(at(name, 'weights.safetensors'), Buffer.concat(encodeSafetensors(copy, metadata ?? own)));
  return at(name);
}

describe('a network that is handed over', () => {
  let report: { files: string[] };
  beforeAll(async () => {
    const schema = z.object({ path: z.string(), files: z.array(z.string()), space: z.string(), resolution: z.number(), classes: z.number(), recipe: z.string(), weights: z.string() });
    const args = ['handoff', '--space', 'elasticvit-mini', '--arch', 'small', '--seed', '3', '--classes', '4', '--out', at('program')];
    [report] = await jsonLines(schema, args);
    expect(report).toMatchObject({ space: 'elasticvit-mini', resolution: 32, classes: 4, recipe: 'elasticvit', weights: 'untrained' });
  });

  it('is a folder with everything that it tells of, and nothing of Pocketformer in its code', () => {
    expect(readdirSync(at('program')).sort()).toEqual([...report.files].sort());
    const readme = readFileSync(at('program', 'README.md'), 'utf8');
    for (const [, name] of readme.matchAll(/`(\w+\.(?:py|sh|json|safetensors))`/g)) expect(report.files, name).toContain(name);
    for (const name of report.files.filter((file) => file.endsWith('.py'))) {
      expect(readFileSync(at('program', name), 'utf8'), name).not.toMatch(/^(import|from) pocketformer/m);
    }
  });

  it('learns by the published recipe of its space, or by another that is named', async () => {
    const recipe = (name: string) => JSON.parse(readFileSync(at(name, 'recipe.json'), 'utf8')) as Record<string, unknown>;
    // elasticvit.md section 3.
    expect(recipe('program')).toMatchObject({ weightDecay: 0.05, adaptiveClip: 0.1, averageDecay: 0.99985, labelSmoothing: 0.1 });
    await jsonLines(z.unknown(), ['handoff', '--space', 'pit-mini', '--arch', 'min', '--seed', '1', '--recipe', 'as-vit', '--out', at('as-vit')]);
    expect(recipe('as-vit')).toMatchObject({ epochs: 300, warmupEpochs: 20, batchSize: 1024, stochasticDepth: 0.1, mix: { mixup: 0.8, cutmix: 1 } });
  });

  it('comes back as an ONNX file and as weights of our own, which are handed over again as they were', async () => {
    const [returned] = await jsonLines(importSchema, ['import-weights', at('program'), '--out', at('back.onnx'), '--weights', at('own.safetensors')]);
    expect(returned).toMatchObject({ classes: 4, resolution: 32, reference: { images: 4 } });
    expect(returned.reference!.relativeDiff).toBeLessThan(1e-5);
    expect(readModel(readFileSync(at('back.onnx'))).metadata).toMatchObject({ 'pocketformer.space': 'elasticvit-mini', 'pocketformer.classes': '4' });

    await jsonLines(z.unknown(), ['handoff', '--weights', at('own.safetensors'), '--out', at('again')]);
    const tensors = (name: string) => decodeSafetensors(readFileSync(at(name, 'weights.safetensors')), name).tensors;
    expect(tensors('again')).toEqual(tensors('program'));
  });

  it('comes back without logits to compare with, and says so', async () => {
    const from = changed('no-check', () => undefined);
    const { code, stdout } = await cli(['import-weights', from, '--out', at('no-check.onnx')]);
    expect(code).toBe(0);
    expect(stdout).toContain('No check.safetensors lies beside the weights');
  });

  it('does not come back where logits are not those of its weights, and nothing is written', async () => {
    const from = changed('other-logits', (tensors) => tensors['head.classifier.bias'].data.fill(1));
    copyFileSync(at('program', 'check.safetensors'), join(from, 'check.safetensors'));
    const { code, stderr } = await cli(['import-weights', from, '--out', at('other.onnx')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/differ from those of Pocketformer \S+ by \S+ of their scale/);
    expect(existsSync(at('other.onnx'))).toBe(false);
  });

  it('is refused with the names that do not fit', async () => {
    const from = changed('renamed', (tensors) => {
      tensors['head.fc.bias'] = tensors['head.classifier.bias'];
      delete tensors['head.classifier.bias'];
    });
    expect(await complaint(['import-weights', from, '--out', at('x.onnx')])).toMatch(/lacks head\.classifier\.bias; it has head\.fc\.bias, which the network has not/);
  });

  it('is refused where nothing says what network it is of', async () => {
    const from = changed('plain', () => undefined, { format: 'pt' });
    expect(await complaint(['import-weights', from, '--out', at('x.onnx')])).toContain('neither its metadata nor a handoff.json beside it says what network it is of');
    copyFileSync(at('program', 'handoff.json'), join(from, 'handoff.json'));
    const [returned] = await jsonLines(importSchema, ['import-weights', join(from, 'weights.safetensors'), '--out', at('plain.onnx')]);
    expect(returned.reference).toBeNull();
  });

  it('is refused as a checkpoint of torch.save, saying how to write what is accepted', async () => {
    writeFileSync(at('last.pt'), 'PK\u0003\u0004 and so on');
    expect(await complaint(['import-weights', at('last.pt'), '--out', at('x.onnx')])).toContain('is a checkpoint of torch.save; expected a safetensors file');
  });

  it('needs a folder of its own and one source of weights', async () => {
    expect(await complaint(['handoff', '--space', 'pit-mini', '--arch', 'min', '--seed', '1', '--out', at('program')])).toContain('is a folder with files in it');
    expect(await complaint(['handoff', '--space', 'pit-mini', '--arch', 'min', '--out', at('new')])).toContain('expected one of --study DIR, --weights FILE and --seed N, got none');
    expect(await complaint(['handoff', '--space', 'pit-mini', '--seed', '1', '--out', at('new')])).toContain('--arch is missing');
  });
});
