import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../core/graph/onnx/model.ts';
import { parseMeasurements } from '../../core/latency/measurements/parseMeasurements.ts';
import { measurementSchema } from '../../core/latency/measurements/record.ts';
import { elasticVitMini } from '../../core/spaces/elasticvit/space.ts';
import { sha256Of } from '../../core/study/measuring/modelFiles.ts';
import { cli, complaint, jsonLines, scratchFolder } from './harness.ts';

const folder = scratchFolder();
const at = (...names: string[]) => join(folder, ...names);
const saved = (name: string, content: string | Uint8Array) => {
  writeFileSync(at(name), content);
  return at(name);
};
const perfTest = 'Setting intra_op_num_threads to 4\nTotal inference requests: 100\nAverage inference time cost total: 12.5 ms\nP50 Latency: 0.0122 s\n';
const phone = ['--device', 'Pixel 8', '--runtime', 'onnxruntime'];

/** A file whose metadata is all that counts here. */
const onnx = encodeModel({
  producer: 'test', producerVersion: '1', graphName: 'g', opset: 17, initializers: [],
  nodes: [{ operator: 'Relu', name: 'r', inputs: ['images'], outputs: ['logits'], attributes: {} }],
  inputs: [{ name: 'images', dtype: 'float32', dims: [1, 3, 32, 32] }], outputs: [{ name: 'logits', dtype: 'float32', dims: [1, 3, 32, 32] }],
  metadata: {
    'pocketformer.space': 'elasticvit-mini', 'pocketformer.architecture': JSON.stringify(elasticVitMini.smallest), 'pocketformer.resolution': '32', 'pocketformer.classes': '10',
  },
});

describe('import-measurements', () => {
  it('makes a record of an output, with what the model and the output tell', async () => {
    const model = saved('tiny.onnx', onnx);
    const [record] = await jsonLines(measurementSchema, ['import-measurements', saved('out.txt', perfTest), ...phone, '--model', model, '--soc', 'Tensor G3']);
    expect(record).toMatchObject({
      way: 'import', model: { name: 'tiny', sha256: sha256Of(onnx), sizeBytes: onnx.length }, latencyMs: expect.closeTo(12.2, 9) as unknown,
      of: { kind: 'network', space: 'elasticvit-mini', arch: elasticVitMini.smallest, resolution: 32, classes: 10 },
      target: { device: 'Pixel 8', systemOnChip: 'Tensor G3', runtime: { name: 'onnxruntime' }, provider: 'cpu', threads: 4, precision: 'float32' },
      flags: ['summary-only', 'unverified-output'], protocol: { version: 0, notes: 'imported from out.txt' },
    });
  });

  it('writes a file of records and shows them', async () => {
    const csv = saved('mine.csv', 'name,arch,latency_ms\na,min,1.5\nb,max,7.25\n');
    const { code, stdout } = await cli(['import-measurements', csv, ...phone, '--space', 'elasticvit-mini', '--out', at('mine.jsonl')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/1\.500 ms .* a .*\n *7\.250 ms .* b /);
    expect(parseMeasurements(readFileSync(at('mine.jsonl'), 'utf8'), 'x').map(({ measurement }) => measurement.latencyMs)).toEqual([1.5, 7.25]);
  });

  it('reads a folder of outputs, each of the model that it is named after', async () => {
    mkdirSync(at('set'));
    mkdirSync(at('outputs'));
    writeFileSync(at('set', 'tiny.onnx'), onnx);
    writeFileSync(at('set', 'input.f32'), Buffer.alloc(4 * 3 * 32 * 32));
    const model = {
      name: 'tiny', file: 'tiny.onnx', sha256: sha256Of(onnx), precision: 'float32', of: { kind: 'unknown' },
      input: { name: 'images', shape: [1, 3, 32, 32], file: 'input.f32' }, output: { name: 'logits', shape: [1], values: [0], relativeTolerance: 0.1 },
    };
    writeFileSync(at('set', 'manifest.json'), JSON.stringify({ format: 'pocketformer-calibration-set', version: 1, models: [model, { ...model, name: 'second', file: 'second.onnx', sha256: '0'.repeat(64) }] }));
    const args = ['import-measurements', at('outputs'), ...phone, '--model', at('set'), '--out', at('all.jsonl')];
    expect(await complaint(args)).toContain('second.onnx: there is no such file');
    writeFileSync(at('set', 'manifest.json'), JSON.stringify({ format: 'pocketformer-calibration-set', version: 1, models: [model] }));
    writeFileSync(at('outputs', 'tiny.txt'), perfTest);
    expect((await jsonLines(measurementSchema, args)).map((record) => record.model.name)).toEqual(['tiny']);
  });

  it('refuses what does not fit together', async () => {
    const args = ['import-measurements', saved('out.txt', perfTest), ...phone];
    expect(await complaint(args)).toContain('--out is missing');
    expect(await complaint([...args, '--out', folder])).toContain('is a folder; expected the path of a file');
    expect(await complaint([...args, '--json', '--threads', '1'])).toContain('says that it ran on 4 threads; expected --threads 4, got 1');
    expect(await complaint([...args, '--json', '--model', saved('tiny.onnx', onnx), '--precision', 'int8'])).toContain('expected --precision float32, got int8');
    expect(await complaint([...args, '--json', '--model', at('none.onnx')])).toContain('there is no such file');
    expect(await complaint(['import-measurements', at('none'), ...phone, '--json'])).toContain('there is no such file or folder');
    // A sparse file: nothing of its 300 MiB is read.
    truncateSync(saved('huge.json', ''), 300 * 2 ** 20);
    expect(await complaint(['import-measurements', at('huge.json'), ...phone, '--json'])).toMatch(/huge\.json: has 300 MiB; expected at most 256/);
    expect(await complaint(['import-measurements', saved('bad.txt', '<html>'), ...phone, '--json'])).toContain('bad.txt');
  });
});
