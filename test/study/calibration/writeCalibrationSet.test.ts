import * as tf from '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import { checkOutputs } from '../../../core/latency/profilers/outputs.ts';
import type { ManifestModel } from '../../../core/latency/measurements/manifest.ts';
import { blocksOf } from '../../../core/latency/measurements/subject.ts';
import { forward } from '../../../core/model/forward.ts';
import { Weights } from '../../../core/model/weights.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { writeCalibrationSet } from '../../../core/study/calibration/writeCalibrationSet.ts';
import { modelsOfFolder } from '../../../core/study/measuring/modelFiles.ts';
import { scratchFolder } from '../scratch.ts';

const space = getSpace('elasticvit-mini');

describe('a calibration set', () => {
  const folder = scratchFolder();
  let models: ManifestModel[];

  beforeAll(async () => {
    const engine = await startEngine('ort');
    models = await writeCalibrationSet(folder, { space, networks: 1, probes: 8, classes: 10, seed: 1, engine, known: [] });
  }, 60_000);

  it('is a folder that measuring reads, each file being what its manifest says', async () => {
    const read = await modelsOfFolder(folder);
    expect(read.map(({ name }) => name)).toEqual(models.map(({ name }) => name));
    expect(read.map(({ of }) => of.kind)).toEqual(['network', ...Array<string>(8).fill('blocks')]);
    expect(new Set(models.flatMap(({ of }) => (of.kind === 'blocks' ? blocksOf(of)!.map(({ type }) => type) : [])))).toContain('attention');
  });

  it('expects of each block what another engine computes from the same weights and input', async () => {
    const engine = await startEngine('js');
    for (const { of, name, input, output } of models.filter((model) => model.of.kind === 'blocks')) {
      const [block] = blocksOf(of)!;
      const network = { space: space.id, resolution: 32, classes: 10, blocks: [block] };
      const weights = Weights.initialise(network, new Random(1).fork('weights'));
      const bytes = readFileSync(join(folder, input.file));
      const values = tf.tidy(() => {
        const parameter = (key: string) => tf.tensor(weights.view(key).slice(), [...weights.placed(key).shape]);
        const result = forward(engine, network, parameter, tf.tensor(new Float32Array(Uint8Array.from(bytes).buffer), [...input.shape]), { mode: 'inference' });
        expect(result.shape).toEqual(output.shape);
        return result.dataSync();
      });
      expect(checkOutputs({ name, output: { ...output, relativeTolerance: 1e-4 } }, values)!.relativeDiff).toBeLessThan(1e-4);
    }
  });

  it('notices a long output of which one kept value is wrong', () => {
    const { name, output } = models.find((model) => model.output.every !== undefined)!;
    const values = new Float32Array(output.shape.reduce((size, dim) => size * dim, 1));
    output.values.forEach((value, i) => { values[i * output.every!] = value; });
    expect(checkOutputs({ name, output }, values)).toMatchObject({ maxAbsDiff: expect.closeTo(0, 5) as number });
    values[3 * output.every!] += 10 * Math.max(...output.values.map(Math.abs));
    expect(() => checkOutputs({ name, output }, values)).toThrow(/differs from the expected one/);
    expect(() => checkOutputs({ name, output }, values.subarray(0, values.length / 2))).toThrow(/values, not about/);
  });
});
