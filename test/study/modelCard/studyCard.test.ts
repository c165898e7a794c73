import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadData } from '../../../core/data/config.ts';
import { measureNormalisation } from '../../../core/data/normalisation.ts';
import { loadDevice } from '../../../core/latency/devices.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { exportFromStudy } from '../../../core/study/exportFromStudy.ts';
import { readStudy } from '../../../core/study/folder.ts';
import { describeOnnx } from '../../../core/study/modelCard/describeModel.ts';
import { readModelCard } from '../../../core/study/modelCard/files.ts';
import { latenciesOn } from '../../../core/study/modelCard/latencies.ts';
import { limitsOf } from '../../../core/study/modelCard/limits.ts';
import { cardText } from '../../../core/study/modelCard/markdown.ts';
import type { ModelCard } from '../../../core/study/modelCard/schema.ts';
import { requireTraining } from '../../../core/study/requireTraining.ts';
import { example } from '../../latency/measurements/example.ts';
import { scratchFolder } from '../scratch.ts';
import { smallTrainedStudy } from '../smallTrainedStudy.ts';

const scratch = scratchFolder();
const directory = join(scratch, 'small');
const out = join(scratch, 'mini.onnx');
const space = getSpace('elasticvit-mini');
let card: ModelCard;

beforeAll(async () => {
  await smallTrainedStudy(directory);
  await exportFromStudy({ view: await readStudy(directory), engine: await startEngine('ort'), arch: space.networks.min, out, batch: 'dynamic' });
  card = await readModelCard(out);
}, 300_000);

describe("the card of a study's model", () => {
  it('tells classes and normalisation of the images that were trained on', async () => {
    const { settings, info, paths } = await readStudy(directory);
    const data = await loadData(requireTraining(settings, directory).data, { baseDir: info.baseDir, cacheDir: paths.cache, seed: settings.seed });
    expect(card.classNames).toEqual(data.classes);
    expect(card.input.normalisation).toEqual(measureNormalisation(data.train, data.imageSize));
    data.close();
  });

  it("measures the file's accuracy on validation images, and says how far chance reaches", () => {
    const { top1, low, high, images } = card.accuracy!;
    expect(images).toBe(20);
    expect(Number.isInteger(Math.round(top1 * 20 * 1e9) / 1e9)).toBe(true);
    expect(low).toBeLessThan(top1);
    expect(high).toBeGreaterThan(top1);
    expect(card.limits).toContain('The accuracy rests on 20 images only; look at its interval.');
  });

  it('tells the recipe by what the study file changes, and that it was still learning', () => {
    expect(card.recipe).toMatchObject({ preset: null, seed: 3, steps: 2, batchSize: 4 });
    expect(card.recipe!.changed).toEqual({
      'training.steps': 4, 'training.batchSize': 4, 'training.warmupSteps': 0, 'training.buckets': 2, 'training.checkpointEverySteps': 2, 'search.calibrationBatches': 1,
    });
    expect(card.remarks.join(' ')).toContain('step 2 of 4');
    expect(card.reproduce.files).toEqual([{ name: 'study.yaml', text: readFileSync(join(directory, 'study.yaml'), 'utf8') }]);
    expect(card.reproduce.commands[1]).toContain('pocketformer export --study runs/small --arch min --precision float32 --batch dynamic --out mini.onnx');
  });

  it('tells what was measured of this very file beside what is predicted, never of another', () => {
    const model = describeOnnx(readFileSync(out), 'mini.onnx');
    const measured = [example, { ...example, model: { ...example.model, sha256: model.file.sha256 }, flags: ['few-runs' as const] }];
    const latencies = latenciesOn({ model: loadDevice('pixel4'), measured }, model);
    expect(latencies.map(({ kind }) => kind)).toEqual(['measured', 'predicted']);
    expect(latencies[0]).toMatchObject({ latencyMs: 20.2, runs: 9, rounds: 3, date: '2026-11-01T12:00:00Z', threads: 1, runtime: 'onnxruntime 1.27.0 own' });
    const changed = { ...card, latencies };
    expect(limitsOf(changed)).toContain('The latency measured on pixel4 is doubtful: fewer runs than the protocol asks for.');
    const text = cardText(changed);
    expect(text.indexOf('Measured, of this very file')).toBeLessThan(text.indexOf('Predicted, not measured'));
  });

  it('is written also where a device of the study is gone, and says so', async () => {
    rmSync(out);
    const view = await readStudy(directory);
    const devices = [{ file: 'gone.json' }];
    await exportFromStudy({ view: { ...view, settings: { ...requireTraining(view.settings, directory), devices } }, engine: await startEngine('ort'), arch: space.networks.min, out, batch: 1 });
    const without = await readModelCard(out);
    expect(without.latencies).toEqual([]);
    expect(without.remarks.join(' ')).toContain('gone.json');
  });
});
