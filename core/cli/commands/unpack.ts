import { CancelledError } from '../../base/errors.ts';
import { defineCommand } from '../command.ts';
import { argument, optional, positiveNumber, text, withDefault } from '../options.ts';
import { quoted } from '../studyRun.ts';
import { sizeText } from '../table.ts';

export const unpack = defineCommand({
  name: 'unpack',
  summary: 'Open an archive of a study or training as a new folder',
  details: 'The folder gets the name of the study or, where that is taken, a numbered one; nothing that exists is replaced. Every file is compared with the list in the archive, and an archive that '
    + 'was altered, cut off, or holds names that lead elsewhere is refused as a whole. Images are not in archives: --data says where they are, and they must be the same.',
  json: 'One object: {directory, kind: study | training, name, files, sizeBytes, without, data: {path, id, trainImages, valImages} or null, missing, isDataMissing, relinked: {path, id, isChecked} or null}',
  options: {
    archive: argument(text('F.zip', 'the path of an archive'), 'Archive that "pocketformer pack" wrote'),
    into: withDefault(text('DIR', 'the path of a folder'), 'runs', 'Folder of studies in which it is opened'),
    data: optional(text('DIR', "the path of the folder of the study's images"), 'Where the images are on this machine'),
    maxGib: withDefault(positiveNumber('N', 'GiB'), 64, 'Most that its files may take'),
  },
  examples: ['pocketformer unpack quickstart.zip', 'pocketformer unpack pets.zip --into studies --data /data/pets'],
  async run({ archive, into, data, maxGib }, { json, print, note, stopSignal }) {
    const { unpackStudy } = await import('../../study/archive/unpack.ts');
    const { missingData, missingDataText } = await import('../../study/archive/missingData.ts');
    const { relinkData } = await import('../../study/archive/relinkData.ts');
    const signal = stopSignal();
    const opened = await unpackStudy({ archive, library: into, mostBytes: maxGib * 2 ** 30, signal }).catch((error: unknown) => {
      throw error instanceof CancelledError ? new CancelledError('Stopped on request; nothing was opened.') : error;
    });
    const { directory } = opened;
    note(`Opened in ${quoted(directory)}`);
    const relinked = data === undefined ? null : await relinkData(directory, data, { signal });
    const missing = await missingData(directory);
    if (json) return print(JSON.stringify({ ...opened, isDataMissing: missing !== undefined, relinked }));
    await print(`${directory}: ${opened.kind} ${opened.name}, ${opened.files} files, ${sizeText(opened.sizeBytes)}, all as they were packed`);
    if (opened.without !== null) await print(`Without ${opened.without}: ${opened.without === 'weights' ? 'there are results and cards, but no models' : 'nothing more can be exported from it'}.`);
    if (relinked) await print(`Images: ${relinked.path}, ${relinked.isChecked ? 'the same set' : 'not compared, because none had been read'}`);
    if (missing) await print(missingDataText(quoted(directory), missing));
    for (const { setting, path } of opened.missing) await print(`Not in the archive: ${setting}, ${path}`);
  },
});
