import { join } from 'node:path';
import { InputError, oneOf } from '../../base/errors.ts';
import { precisions, type Precision } from '../../graph/onnx/precision.ts';
import type { ManifestModel } from '../../latency/measurements/manifest.ts';
import { getSpace } from '../../spaces/index.ts';
import { setDifference } from '../../latency/measurements/manifest.ts';
import { namedDevice } from '../../study/devices/namedDevice.ts';
import { ProgressBar } from '../../study/progressBar.ts';
import { defineCommand } from '../command.ts';
import { classesOption, devicesKind, engineOption, seedOption, spaceOption } from '../commandOptions.ts';
import { optional, required, text, wholeNumber, withDefault, type Kind } from '../options.ts';
import { quantisationOptions, requireInt8 } from '../quantisationOptions.ts';
import { sizeText } from '../table.ts';

/** One or more, each once. */
const precisionsKind: Kind<readonly Precision[]> = {
  placeholder: 'PRECISION[,PRECISION]', expected: `${oneOf(precisions)}, or several with commas between them`,
  read: (value) => {
    const names = value.split(',').map((name) => precisions.find((precision) => precision === name.trim()));
    return names.every((name) => name !== undefined) && new Set(names).size === names.length ? names : undefined;
  },
};
const defaultPrecisions: readonly Precision[] = ['float32'];

export const calibrationSet = defineCommand({
  name: 'calibration-set',
  summary: 'Choose and export the networks whose measurements tell most about a device',
  details: 'Networks are chosen so that measuring them leaves as little open as possible about the latency of all others of the space; blocks to be '
    + 'measured alone are spread over all shapes that the space has. Each becomes an ONNX file with untrained weights; manifest.json says what each is, '
    + 'what goes in and what must come out. "pocketformer profile" measures the folder and "pocketformer calibrate" fits a device model to that.\n'
    + 'Measurements of different precisions are never fitted together, so a set is of one. int8 sets take the ranges of activations from --images; without '
    + 'them from random numbers, which latency does not depend on.\n'
    + 'For a phone much like known ones, 10 networks with --from do; 40 networks alone, or with a few hundred blocks, are better (docs/calibration.md).',
  json: 'One object for each precision, a line each: {path, models: [{name, file, sha256, sizeBytes, precision, of, float32Difference, calibration}]}',
  options: {
    space: spaceOption,
    out: required(text('DIR', 'the path of a folder'), 'Folder to write to'),
    count: withDefault(wholeNumber('N', 1, 1000), 20, 'Networks'),
    probes: withDefault(wholeNumber('N', 0, 5000), 0, 'Blocks to be measured alone'),
    classes: classesOption,
    from: optional(devicesKind, 'Known devices that the fit will start from, e.g. pixel6,pixel4'),
    precision: withDefault(precisionsKind, defaultPrecisions, 'Precision of the files; several, such as float32,int8, make a set each in a folder of its name'),
    ...quantisationOptions,
    seed: seedOption,
    engine: engineOption,
  },
  examples: [
    'pocketformer calibration-set --space elasticvit --count 20 --out calibration',
    'pocketformer calibration-set --space elasticvit-mini --count 40 --probes 100 --classes 10 --out calibration',
    'pocketformer calibration-set --space elasticvit --count 40 --precision float32,float16,int8 --images photos --out calibration',
  ],
  async run(options, { json, print, progress: output, quiet, stopSignal }) {
    const { space: spaceId, out, count, probes, classes, from, precision: wanted, seed, engine: engineId } = options;
    const space = getSpace(spaceId);
    if (space.size < BigInt(count)) throw new InputError('usage', `calibration-set: --count: ${space.id} has only ${space.size} architectures.`);
    requireInt8('calibration-set', options, wanted);
    const known = (from ?? []).map((name) => namedDevice(name));
    const signal = stopSignal();
    const calibrationOf = options.images === undefined ? undefined
      : (await import('../../study/quantisationImages.ts')).imagesBySize(options.images, { seed, signal }, { images: options.calibrationImages, ranges: options.ranges });
    const { startEngine } = await import('../../engine/engines.ts');
    const { writeCalibrationSet } = await import('../../study/calibration/writeCalibrationSet.ts');
    const engine = await startEngine(engineId);
    for (const precision of wanted) {
      const folder = wanted.length === 1 ? out : join(out, precision);
      const label = wanted.length === 1 ? 'Exporting' : `Exporting ${precision}`;
      const bar = new ProgressBar({ label, total: count + probes, done: 0, unit: 'models', output, quiet });
      try {
        const models = await writeCalibrationSet(folder, {
          space, networks: count, probes, classes: classes ?? space.defaultClasses, seed, engine, known, precision, calibrationOf, signal,
          onProgress: (done, _total, name) => bar.update(done, name),
        });
        bar.finish();
        for (const line of json ? [jsonOf(folder, models)] : setLines(folder, models, space.id)) await print(line);
      } finally {
        bar.finish();
      }
    }
  },
});

const jsonOf = (folder: string, models: readonly ManifestModel[]) => JSON.stringify({
  path: join(folder, 'manifest.json'),
  models: models.map(({ name, file, sha256, sizeBytes, precision, of, float32Difference, calibration }) =>
    ({ name, file, sha256, sizeBytes, precision, of, float32Difference, calibration })),
});

function setLines(folder: string, models: readonly ManifestModel[], space: string): string[] {
  const networks = models.filter(({ of }) => of.kind === 'network');
  const [{ precision, calibration }] = models;
  const difference = setDifference(models);
  return [
    `${folder}: ${networks.length} networks${models.length > networks.length ? ` and ${models.length - networks.length} blocks alone` : ''}, `
      + `${sizeText(models.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0))}, ${precision}, of ${space}`,
    ...(difference === undefined ? [] : [`Logits of the networks, which are untrained, differ from float32 by ${difference.medianPercent.toFixed(1)} % `
      + `of the largest (median), at most ${difference.worstPercent.toFixed(1)} %.`]),
    ...(calibration === undefined ? [] : [`Ranges of activations are those on ${calibration}.`]),
    `To measure them here: pocketformer profile ${folder} --on host --out DIR`,
  ];
}
