import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../core/engine/engines.ts';
import type { Engine } from '../../../core/engine/engine.ts';
import { standInCalibration } from '../../../core/export/precision/calibration.ts';
import type { ManifestModel } from '../../../core/latency/measurements/manifest.ts';
import { modelFacts } from '../../../core/latency/measurements/modelFile.ts';
import { runHere } from '../../../core/latency/profilers/host/runHere.ts';
import { checkOutputs } from '../../../core/latency/profilers/outputs.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { writeCalibrationSet } from '../../../core/study/calibration/writeCalibrationSet.ts';
import { modelsOfFolder } from '../../../core/study/measuring/modelFiles.ts';
import { scratchFolder } from '../scratch.ts';

describe.each(['float16', 'int8'] as const)('a calibration set in %s', (precision) => {
  const folder = join(scratchFolder(), precision);
  let engine: Engine;
  let models: ManifestModel[];

  beforeAll(async () => {
    engine = await startEngine('ort');
    mkdirSync(folder);
    models = await writeCalibrationSet(folder, {
      space: getSpace('elasticvit-mini'), networks: 1, probes: 5, classes: 10, seed: 1, engine, known: [], precision,
      calibrationOf: (resolution) => Promise.resolve({ ...standInCalibration(3 * resolution ** 2, 5, 4), source: 'four images' }),
    });
  }, 60_000);

  it('says so of every file, and how far its outputs are from those in float32', () => {
    for (const model of models) expect(model.precision).toBe(precision);
    const network = models.find(({ of }) => of.kind === 'network')!;
    expect(modelFacts(readFileSync(join(folder, network.file)), network.file).precision).toBe(precision);
    expect(network.float32Difference).toBeGreaterThan(1e-5);
    expect(network.float32Difference).toBeLessThan(precision === 'int8' ? 0.5 : 0.02);
    expect(network.calibration).toBe(precision === 'int8' ? 'four images' : undefined);
  });

  it('is computed on this machine as its manifest expects', async () => {
    for (const model of await modelsOfFolder(folder)) {
      const { output } = runHere({
        kind: 'measure', path: model.path, threads: 1, spinning: false, input: { ...model.input, file: model.inputFile! }, output: model.output!.name,
        length: { warmUp: { runs: 0, seconds: 0 }, timed: { runs: 1, seconds: 0 } },
      });
      expect(checkOutputs(model, output)!.relativeDiff).toBeLessThan(0.1);
    }
  });
});
