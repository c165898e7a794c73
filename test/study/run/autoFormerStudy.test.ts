import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../core/engine/engine.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import { readModel } from '../../../core/graph/onnx/read.ts';
import { modelFacts } from '../../../core/latency/measurements/modelFile.ts';
import { autoFormerMini } from '../../../core/spaces/autoformer/space.ts';
import { effectiveEvents } from '../../../core/study/eventTypes.ts';
import { readEvents } from '../../../core/study/events.ts';
import { exportFromStudy } from '../../../core/study/exportFromStudy.ts';
import { readExports } from '../../../core/study/exportsLog.ts';
import { createStudy, readStudy } from '../../../core/study/folder.ts';
import { runStudy } from '../../../core/study/run/runStudy.ts';
import { parseStudyFile } from '../../../core/study/studyFile.ts';
import { readSummary } from '../../../core/study/summary.ts';
import { scratchFolder } from '../scratch.ts';

const text = `version: 1
name: autoformer
seed: 2
space: autoformer-mini
compute: { threads: 1 }
data: { kind: synthetic, imageSize: 32, trainImages: 16, valImages: 10 }
devices: [pixel6]
training: { steps: 3, batchSize: 4, warmupSteps: 1, buckets: 2, sampling: { rule: single-path } }
search:
  selection: accuracy
  paramsMin: 90000
  paramsMax: 200000
  generations: 1
  initialPopulation: 4
  parents: 2
  mutations: 2
  crossovers: 2
  evaluationImages: 10
export: { perDevice: 1, precision: [float32, float16, int8] }
`;

describe('a study as AutoFormer trains and searches', () => {
  const directory = join(scratchFolder(), 'autoformer');
  let engine: Engine;
  beforeAll(async () => { engine = await startEngine('ort', { threads: 1 }); });

  it('trains single paths, evaluates only what its limits allow, and writes files that compute what it trained', async () => {
    const study = await createStudy(directory, { settings: parseStudyFile(text, 'autoformer.yaml'), text, path: 'autoformer.yaml', baseDir: directory });
    await runStudy(study);
    study.close();
    const events = effectiveEvents(readEvents(study.paths.events).events);
    const steps = events.flatMap((event) => event.kind === 'step' ? [event] : []);
    expect(steps).toHaveLength(3);
    for (const { metrics = {} } of steps) expect(Object.keys(metrics)).not.toContain('smallestLoss');
    const params = events.flatMap((event) => event.kind === 'evaluation' ? [event.params!] : []);
    expect(params).toHaveLength(8);
    for (const count of params) expect(count >= 90_000 && count <= 200_000).toBe(true);
    const exported = events.flatMap((event) => event.kind === 'exported' ? [event] : []);
    expect(exported.length).toBeGreaterThan(0);
    for (const { maxAbsDiff, precision } of exported) if (precision === 'float32') expect(maxAbsDiff).toBeLessThan(1e-4);
  }, 120_000);

  it('writes every precision that it was asked for, with its own accuracy beside that of float32', async () => {
    const view = await readStudy(directory);
    const { exported } = await readSummary(view.paths.summary);
    const [{ id, accuracy }] = exported;
    expect(exported.map(({ path, precision }) => [path, precision])).toEqual([
      [`models/${id}.onnx`, 'float32'], [`models/${id}.float16.onnx`, 'float16'], [`models/${id}.int8.onnx`, 'int8'],
    ]);
    for (const { path, precision } of exported) expect(modelFacts(readFileSync(join(directory, path)), path).precision).toBe(precision);
    expect(exported[0].comparison).toBeUndefined();
    for (const model of exported.slice(1)) {
      expect(model.comparison).toMatchObject({ images: 10, float32: accuracy, written: model.accuracy });
    }
    const { metadata } = readModel(readFileSync(join(directory, exported[2].path)));
    expect(JSON.parse(metadata['pocketformer.calibration'])).toMatchObject({ images: 16, source: '16 training images of the study autoformer' });
  });

  it('exports another precision afterwards, and keeps what it costs in its list', async () => {
    const view = await readStudy(directory);
    const arch = autoFormerMini.parse((await readSummary(view.paths.summary)).result!.devices[0].front[0].arch);
    const report = await exportFromStudy({
      view, engine, arch, out: join(directory, 'models', 'mine.onnx'), batch: 1, precision: 'int8', quantisation: { images: 4, ranges: 'percentile', comparedImages: 5 },
    });
    expect(report).toMatchObject({ calibration: { images: 4, ranges: 'percentile' }, accuracy: { images: 5 } });
    const last = (await readExports(view.paths.exports)).at(-1)!;
    expect(last).toMatchObject({ path: 'models/mine.onnx', precision: 'int8', accuracy: report.accuracy });
  });

  it('says that its supernet has no weights for other resolutions and wider networks', async () => {
    const out = join(directory, 'other.onnx');
    const view = await readStudy(directory);
    const exporting = (arch: unknown, resolution?: number) => exportFromStudy({ view, engine, arch, out, batch: 1, resolution });
    const refusal = expect.objectContaining({ code: 'not-in-supernet' });
    for (const resolution of [24, 48]) await expect(exporting(autoFormerMini.smallest, resolution)).rejects.toThrow(refusal);
    const { mlpRatios, numHeads, depth } = autoFormerMini.smallest;
    await expect(exporting(autoFormerMini.parse({ embedDim: 96, depth, mlpRatios, numHeads }))).rejects.toThrow(refusal);
  }, 120_000);
});
