import { basename, resolve } from 'node:path';
import { CancelledError, InputError } from '../../base/errors.ts';
import { defineCommand } from '../command.ts';
import { argument, flag, optional, text } from '../options.ts';
import { quoted } from '../studyRun.ts';
import { sizeText } from '../table.ts';
import { studyFolder } from './resume.ts';

export const pack = defineCommand({
  name: 'pack',
  summary: 'Pack a study or training into one archive, to be opened elsewhere',
  details: 'A zip file with everything in the folder but decoded images, and with the device models, teachers and weights that its settings name by path. Folders of images are not packed; '
    + 'they are named with the SHA-256 of the set, and whoever opens the archive is told. A study that is being run is not packed: stop it first. '
    + 'Open it with "pocketformer unpack".',
  json: 'One object: {path, sizeBytes, files, kind: study | training, name, without, data: {path, id, trainImages, valImages} or null, missing: [{setting, path}], skipped}',
  options: {
    directory: argument(studyFolder, 'Folder of the study or training'),
    out: optional(text('F.zip', 'the path of a new file'), "Archive to write (default: the folder's name with .zip, here)"),
    withoutCheckpoints: flag('Leave out checkpoints: smaller, but nothing more can be exported, and what is not finished begins anew'),
    withoutWeights: flag('Leave out exported models, weights and teachers as well'),
  },
  examples: ['pocketformer pack runs/quickstart', 'pocketformer pack runs/quickstart --without-weights --out results-only.zip'],
  async run({ directory, out, withoutCheckpoints, withoutWeights }, { json, print, note, stopSignal }) {
    if (withoutCheckpoints && withoutWeights) throw new InputError('usage', 'pack: --without-weights leaves out checkpoints, too; expected one of the two.');
    const { packStudy } = await import('../../study/archive/pack.ts');
    const signal = stopSignal();
    const path = out ?? `${basename(resolve(directory))}.zip`;
    note(`Packing ${quoted(directory)}`);
    const report = await packStudy({ directory, out: path, without: withoutWeights ? 'weights' : withoutCheckpoints ? 'checkpoints' : null, signal }).catch((error: unknown) => {
      throw error instanceof CancelledError ? new CancelledError('Stopped on request; no archive was written.') : error;
    });
    if (json) return print(JSON.stringify(report));
    await print(`${path}: ${report.files} files, ${sizeText(report.sizeBytes)}${report.without === null ? '' : `, without ${report.without}`}`);
    if (report.data) await print(`Images: not in it. ${report.data.path}${report.data.id === null ? '' : `, SHA-256 of the set ${report.data.id}`}`);
    for (const { setting, path: folder } of report.missing) await print(`Not in it: ${setting}, ${folder}`);
    if (report.skipped.length > 0) await print(`Not in it: ${report.skipped.length} ${report.skipped.length === 1 ? 'link' : 'links'}, for example ${report.skipped[0]}`);
  },
});
