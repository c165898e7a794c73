import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { InputError, messageOf } from '../../base/errors.ts';
import type { DeviceModel, Evaluation } from '../../latency/deviceModel.ts';
import { getSpace } from '../../spaces/index.ts';
import { namedDevice } from '../../study/devices/namedDevice.ts';
import { defineCommand } from '../command.ts';
import { deviceKind, devicesKind, seedOption, spaceOption } from '../commandOptions.ts';
import { modelNameOf } from '../modelName.ts';
import { listOf, optional, required, text } from '../options.ts';
import { tableLines } from '../table.ts';

export const calibrate = defineCommand({
  name: 'calibrate',
  summary: 'Fit a device model to measurements, and say how wrong it is',
  details: 'Measurements are files of JSON lines from "pocketformer profile" or an import, all of one device, runtime, precision and number of threads. '
    + 'Blocks measured alone help whole networks; without any of these they are added up, and what happens between them is assumed. What few measurements leave open comes from --from, or else from typical rates. '
    + 'The errors are those on networks held out: each is predicted by a fit that never saw its latency.\n'
    + '--refit adds measurements to an earlier model of the same device and setting, for instance those of a search\'s best ("pocketformer measure"). When the files that the earlier model was '
    + 'fitted to are given too, all are fitted anew; else the earlier model stands for them. The new model lists the evidence of both and is a new file.',
  json: 'One object, the held-out error report: {name, path, networks, blocks, minutes, errors: {count, mapePercent, rmspePercent, biasPercent, '
    + 'worstPercent, withinPercent, kendallTau, spearmanRho}, interval: {coverage, observedCoverage, halfWidthPercent}, baselines: [{title, errors}], repeatability: {models, medianPercent, worstPercent} or null}',
  options: {
    space: spaceOption,
    measurements: listOf(text('FILE...', 'the path of a file of measurements'), 'Files of measurements'),
    set: optional(text('FOLDER', 'the path of a folder with a manifest.json'), 'Calibration set whose files alone may have been measured'),
    out: required(text('MODEL.json', 'the path of the file to write'), 'Device model to write; replaced when it exists, but for --refit'),
    refit: optional(deviceKind, 'Earlier model of the same device and setting that the measurements are added to'),
    from: optional(devicesKind, 'Known devices to start from, e.g. pixel6,pixel4'),
    seed: { ...seedOption, help: 'Seed of which networks are held out together, and of those that the interval speaks for (default 1)' },
  },
  examples: [
    'pocketformer calibrate --space elasticvit --measurements measured/phone.jsonl --out my-phone.json',
    'pocketformer calibrate --space elasticvit --measurements monday.jsonl friday.jsonl --from pixel4,pixel6 --out my-phone.json --json',
    'pocketformer calibrate --space elasticvit --refit my-phone.json --measurements measured/phone.jsonl my-phone.checks.jsonl --out my-phone-2.json',
  ],
  async run({ space: spaceId, measurements, set, out, refit: earlierName, from, seed }, { json, print, note }) {
    const space = getSpace(spaceId);
    const known = (from ?? []).map((name) => namedDevice(name));
    const { parseMeasurements } = await import('../../latency/measurements/parseMeasurements.ts');
    const { fitDevice } = await import('../../study/devices/fitDevice.ts');
    const { repeatability } = await import('../../latency/measurements/repeatability.ts');
    const { formatJson } = await import('../../latency/formatJson.ts');
    const { writeFileAtomic } = await import('../../study/files.ts');
    const placed = measurements.flatMap((path) => parseMeasurements(contentOf(path), path));
    if (set !== undefined) {
      const { manifestName, parseManifest, requireModelsOf } = await import('../../latency/measurements/manifest.ts');
      const manifest = join(set, manifestName);
      requireModelsOf(parseManifest(contentOf(manifest), manifest), placed);
    }
    const made = {
      space, name: modelNameOf(out), known, seed,
      command: `pocketformer calibrate --space ${space.id}${earlierName === undefined ? '' : ` --refit ${basename(earlierName)}`} --measurements ${measurements.map((path) => basename(path)).join(' ')}`
        + `${from === undefined ? '' : ` --from ${from.map((name) => basename(name)).join(',')}`} --seed ${seed} --out ${basename(out)}`,
    };
    let model: DeviceModel;
    if (earlierName === undefined) {
      model = fitDevice(placed, made);
      if (existsSync(out)) note(`${out} is replaced; studies that were searched with what it held say so when they go on.`);
      await writeFileAtomic(out, formatJson(model));
    } else {
      const { refit } = await import('../../study/checks/refit.ts');
      const { refitText } = await import('../checkOutput.ts');
      const earlier = namedDevice(earlierName);
      const refitted = await refit(earlier, placed, { ...made, out });
      model = refitted.model;
      note(refitText(refitted, earlier));
    }
    if (model.measurements.notes !== '') note(model.measurements.notes);
    const again = repeatability(placed.map(({ measurement }) => measurement));
    if (json) return print(JSON.stringify({ ...report(model, out), repeatability: again ?? null }));
    for (const line of reportLines(model, out)) await print(line);
    if (again) {
      await print(`Measured again in another session, ${again.models} files differ by ${again.medianPercent.toFixed(1)} % in the median and `
        + `${again.worstPercent.toFixed(1)} % at most: no prediction can be expected to be better.`);
    }
  },
});

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new InputError('unreadable-measurements', `${path} cannot be read: ${messageOf(cause)}.`, { cause });
  }
}

const halfWidthPercent = ({ interval }: DeviceModel) => 100 * (Math.exp(interval.logHalfWidth) - 1);

function report(model: DeviceModel, path: string) {
  const { name, measurements: { networks, blocks, minutes }, evaluations: [{ errors }], interval: { coverage, observedCoverage }, baselines } = model;
  return {
    name, path, networks, blocks, minutes, errors,
    interval: { coverage, observedCoverage, halfWidthPercent: Number(halfWidthPercent(model).toFixed(2)) }, baselines,
  };
}

function reportLines(model: DeviceModel, path: string): string[] {
  const { measurements: { networks, blocks, minutes = 0 }, evaluations, interval, baselines, fit } = model;
  const rows = [{ ...evaluations[0], title: 'this model' }, ...baselines].map(({ title, errors }) => [title.split(',')[0], ...figures(errors)]);
  return [
    `${path}: ${model.runtime.notes}`,
    `Measured: ${networks} networks${blocks > 0 ? ` and ${blocks} blocks alone` : ''}, ${minutes.toFixed(1)} minutes of runs`,
    fit.method, '',
    networks > 0 ? 'Networks held out, each predicted by a fit that never saw its latency:' : `${evaluations[0].title}:`,
    ...tableLines(columns, rows), '',
    `${100 * interval.coverage} % interval: ±${halfWidthPercent(model).toFixed(1)} %; ${(100 * interval.observedCoverage).toFixed(0)} % of ${networks > 0 ? 'the networks held out fell inside one made from the others' : 'further sums were within that of sums'}.`,
    ...(networks > 0 ? [] : [interval.method, model.speaksFor[0]]),
  ];
}

const columns = [
  { title: 'predicted by', align: 'left' }, { title: 'mean error', align: 'right' }, { title: 'RMS', align: 'right' }, { title: 'worst', align: 'right' },
  { title: 'within 5 %', align: 'right' }, { title: 'within 10 %', align: 'right' }, { title: 'Spearman', align: 'right' }, { title: 'Kendall', align: 'right' },
] as const;

function figures({ mapePercent, rmspePercent, worstPercent, withinPercent, spearmanRho, kendallTau }: Evaluation['errors']): string[] {
  const rank = (value: number | null | undefined) => value?.toFixed(3) ?? '-';
  return [
    ...[mapePercent, rmspePercent, worstPercent].map((value) => `${value.toFixed(2)} %`),
    ...[withinPercent[5], withinPercent[10]].map((value) => `${value.toFixed(0)} %`), rank(spearmanRho), rank(kendallTau),
  ];
}
