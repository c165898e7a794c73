import { join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { getSpace } from '../../spaces/index.ts';
import { namedDevice } from '../../study/devices/namedDevice.ts';
import { ProgressBar } from '../../study/progressBar.ts';
import { defineCommand } from '../command.ts';
import { classesOption, devicesKind, engineOption, seedOption, spaceOption } from '../commandOptions.ts';
import { oneOfChoices, optional, required, text, wholeNumber, withDefault } from '../options.ts';
import { sizeText } from '../table.ts';

export const calibrationSet = defineCommand({
  name: 'calibration-set',
  summary: 'Choose and export the networks whose measurements tell most about a device',
  details: 'Networks are chosen so that measuring them leaves as little open as possible about the latency of all others of the space; blocks to be '
    + 'measured alone are spread over all shapes that the space has. Each becomes an ONNX file with untrained weights; manifest.json says what each is, '
    + 'what goes in and what must come out. "pocketformer profile" measures the folder and "pocketformer calibrate" fits a device model to that.\n'
    + 'For a phone much like known ones, 10 networks with --from do; 40 networks alone, or with a few hundred blocks, are better (docs/calibration.md).',
  json: 'One object: {path, models: [{name, file, sha256, sizeBytes, precision, of}]}',
  options: {
    space: spaceOption,
    out: required(text('DIR', 'the path of a folder'), 'Folder to write to'),
    count: withDefault(wholeNumber('N', 1, 1000), 20, 'Networks'),
    probes: withDefault(wholeNumber('N', 0, 5000), 0, 'Blocks to be measured alone'),
    classes: classesOption,
    from: optional(devicesKind, 'Known devices that the fit will start from, e.g. pixel6,pixel4'),
    precision: withDefault(oneOfChoices('PRECISION', ['float32']), 'float32', 'Precision of the files'),
    seed: seedOption,
    engine: engineOption,
  },
  examples: [
    'pocketformer calibration-set --space elasticvit --count 20 --out calibration',
    'pocketformer calibration-set --space elasticvit-mini --count 40 --probes 100 --classes 10 --out calibration',
  ],
  async run({ space: spaceId, out, count, probes, classes, from, seed, engine: engineId }, { json, print, progress: output, quiet, stopSignal }) {
    const space = getSpace(spaceId);
    if (space.size < BigInt(count)) throw new InputError('usage', `calibration-set: --count: ${space.id} has only ${space.size} architectures.`);
    const known = (from ?? []).map((name) => namedDevice(name));
    const { startEngine } = await import('../../engine/engines.ts');
    const { writeCalibrationSet } = await import('../../study/calibration/writeCalibrationSet.ts');
    const engine = await startEngine(engineId);
    const bar = new ProgressBar({ label: 'Exporting', total: count + probes, done: 0, unit: 'models', output, quiet });
    try {
      const models = await writeCalibrationSet(out, {
        space, networks: count, probes, classes: classes ?? space.defaultClasses, seed, engine, known, signal: stopSignal(),
        onProgress: (done, _total, name) => bar.update(done, name),
      });
      bar.finish();
      if (json) {
        return await print(JSON.stringify({
          path: join(out, 'manifest.json'), models: models.map(({ name, file, sha256, sizeBytes, precision, of }) => ({ name, file, sha256, sizeBytes, precision, of })),
        }));
      }
      const networks = models.filter(({ of }) => of.kind === 'network').length;
      await print(`${out}: ${networks} networks${models.length > networks ? ` and ${models.length - networks} blocks alone` : ''}, `
        + `${sizeText(models.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0))}, of ${space.id}`);
      await print(`To measure them here: pocketformer profile ${out} --on host --out DIR`);
    } finally {
      bar.finish();
    }
  },
});
