import { basename } from 'node:path';
import { CancelledError, InputError } from '../../base/errors.ts';
import { getSpace } from '../../spaces/index.ts';
import type { StudyDeviceFile } from '../../study/checks/studyDevice.ts';
import type { StudyView } from '../../study/folder.ts';
import { defineCommand } from '../command.ts';
import { seedOption } from '../commandOptions.ts';
import { checkLines, checkRecord } from '../checkOutput.ts';
import { modelNameOf } from '../modelName.ts';
import { MeasuringProgress } from '../measuringOutput.ts';
import { argument, flag, optional, required, text, wholeNumber } from '../options.ts';
import type { Kind } from '../options.ts';
import { quoted } from '../studyRun.ts';
import { lengthOptions, protocolSettings, wayOf, wayOptions } from '../wayOptions.ts';
import { studyFolder } from './resume.ts';

const idsKind: Kind<readonly string[]> = {
  placeholder: 'ID[,ID]', expected: 'ids as the report shows them, with commas between them',
  read: (value) => {
    const ids = value.split(',').map((id) => id.trim());
    return ids.every((id) => /^[0-9a-f]{8}$/.test(id)) ? ids : undefined;
  },
};

/** Here, --device is one of the study's. */
const { device: recordedName, ...ways } = wayOptions;

export const measure = defineCommand({
  name: 'measure',
  summary: "Measure the best of a study's front on the device, and compare with what was predicted",
  details: "Measures the models that the study has exported for a device, or as many of its front as --count says, and exports what is missing. The session is kept in the "
    + "study's folder, and the same command goes on with an interrupted one. Every latency is shown beside its prediction, and the device model is judged by them: it is stale when more "
    + 'lie outside their intervals than chance allows, when the reference model takes another time than at calibration, or when runtime or system were updated.\n'
    + 'The way of measuring must be the one that the device model speaks for: the same device, runtime, provider, threads, processors and precision. --other-target measures on another '
    + 'one, side by side: such latencies are marked, and never judged or fitted together with the model.\n'
    + 'For --on and what belongs to it see "pocketformer profile --help".',
  json: 'One object: {study, device, target, session, match: {foreign, updated} or null, checks: [{id, arch, predicted: {latencyMs, lowMs, highMs}, measured: {latencyMs, spread, flags}, '
    + 'errorPercent, isInside}], failures, judgement: {verdict, networks, inside, chance, bias, errors, reasons} or null}',
  options: {
    directory: argument(studyFolder, 'Folder of the study'),
    device: required(text('NAME', 'the name of one of the study\'s devices'), 'Device of the study whose front is measured'),
    ...ways,
    recordAs: recordedName,
    count: optional(wholeNumber('N', 1, 1000), "Architectures of the front, spread over it (default: those the study has exported for the device, or 3)"),
    ids: optional(idsKind, 'Exactly these architectures of the front, in place of --count'),
    otherTarget: flag('Measure although the device model speaks for another device or setting'),
    refit: optional(text('MODEL.json', 'the path of a new file'), 'Adds what was measured to the device model, as a new model in this file'),
    ...lengthOptions,
    seed: { ...seedOption, help: 'Seed of the order of the rounds (default 1)' },
  },
  examples: [
    'pocketformer measure runs/mine --device my-phone --on adb:9A1AY1 --runner onnxruntime_perf_test',
    'pocketformer measure runs/mine --device my-laptop --on host --threads 2 --count 8',
    'pocketformer measure runs/mine --device my-phone --on browser --lan --https --json',
    'pocketformer measure runs/mine --device my-laptop --count 6 --refit my-laptop-2.json',
  ],
  async run(options, surroundings) {
    const { directory, device: name, threads, processors, count, ids, otherTarget, refit: out, seed } = options;
    const { json, print, note } = surroundings;
    if (out !== undefined) (await import('../../study/checks/refit.ts')).requireFree(out);
    const way = wayOf('measure', { ...options, device: options.recordAs }, surroundings);
    const { readStudy } = await import('../../study/folder.ts');
    const { readSummary } = await import('../../study/summary.ts');
    const { studyDeviceFile } = await import('../../study/checks/studyDevice.ts');
    const { chooseBest } = await import('../../study/checks/chooseBest.ts');
    const { bestModels } = await import('../../study/checks/bestModels.ts');
    const { measureBest } = await import('../../study/checks/measureBest.ts');
    const { judgeStudyDevice } = await import('../../study/checks/judgeStudyDevice.ts');
    const { writeMeasured } = await import('../../study/checks/writeMeasured.ts');
    const { startProfiler } = await import('../../study/measuring/startProfiler.ts');
    const { startEngine } = await import('../../engine/engines.ts');
    const view = await readStudy(directory);
    const device = studyDeviceFile(view, name);
    const summary = await readSummary(view.paths.summary);
    const entries = chooseBest(summary, name, { count, ids });
    const signal = surroundings.stopSignal();
    const precision = device.model.target?.precision ?? 'float32';
    const models = await bestModels(view, entries, precision, () => startEngine(view.settings.engine), { signal, onExport: ({ id }) => note(`Exporting ${id}`) });
    const progress = new MeasuringProgress(models, surroundings);
    try {
      const measured = await measureBest(view, device, {
        models, settings: await protocolSettings(options), seed, signal, allowsOtherTarget: otherTarget, ...progress.hooks,
        startProfiler: (probe) => startProfiler({ ...way, ...(way.way === 'browser' && { signal }), threads, affinity: processors, probe }),
        onStart: (_, folder) => note(`Session in ${quoted(folder)}`),
      });
      progress.finish();
      await writeMeasured(view, summary);
      const judged = await judgeStudyDevice(view, device);
      const result = { study: directory, device: name, ...measured, judgement: measured.match?.foreign.length === 0 ? judged.latest?.judgement : undefined };
      if (json) await print(JSON.stringify(checkRecord(result)));
      else for (const line of checkLines(result)) await print(line);
      if (out !== undefined) await addTo(view, device, out, seed, note);
    } catch (error) {
      if (error instanceof InputError && error.code === 'other-target') {
        throw new InputError(error.code, `${error.message} --other-target measures all the same, to see the latencies side by side.`, { cause: error });
      }
      if (!(error instanceof CancelledError)) throw error;
      throw new CancelledError('Stopped on request; what was measured is kept, and the same command goes on with it.');
    } finally {
      progress.finish();
    }
  },
});

/** Every session of the study on the model's own target goes into the new model. */
async function addTo(view: StudyView, { name, model }: StudyDeviceFile, out: string, seed: number, note: (line: string) => void): Promise<void> {
  const { refit } = await import('../../study/checks/refit.ts');
  const { studyMeasurements } = await import('../../study/checks/sessions.ts');
  const { refitText } = await import('../checkOutput.ts');
  const { targetDifferences } = await import('../../latency/measurements/target.ts');
  const placed = (await studyMeasurements(view, name)).filter(({ measurement: { target } }) => model.target !== undefined && targetDifferences(model.target, target).length === 0);
  const made = await refit(model, placed, {
    space: getSpace(view.settings.space), name: modelNameOf(out), seed, out,
    command: `pocketformer measure ${basename(view.directory)} --device ${name} --refit ${basename(out)}`,
  });
  note(`${refitText(made, model)} The new model is ${quoted(out)}; "pocketformer report ${quoted(view.directory)} --with ${quoted(out)}" shows the fronts with it.`);
}
