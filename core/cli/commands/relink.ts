import { defineCommand } from '../command.ts';
import { argument, required, text } from '../options.ts';
import { studyFolder } from './resume.ts';

export const relink = defineCommand({
  name: 'relink',
  summary: 'Tell a study or training where its images are now',
  details: 'For a study that was opened from an archive, or whose images were moved. The images are read as the study reads them, and must be the very same: classes, pixels, labels and split.',
  json: 'One object: {path, id, trainImages, valImages, isChecked}; isChecked is false where the study had not read any images yet',
  options: {
    directory: argument(studyFolder, 'Folder of the study or training'),
    data: required(text('DIR', 'the path of a folder of images'), 'Folder of images, laid out as the one that the study was begun with'),
  },
  examples: ['pocketformer relink runs/pets --data /data/pets'],
  async run({ directory, data }, { json, print, stopSignal }) {
    const { relinkData } = await import('../../study/archive/relinkData.ts');
    const relinked = await relinkData(directory, data, { signal: stopSignal() });
    if (json) return print(JSON.stringify(relinked));
    const { path, trainImages, valImages, isChecked } = relinked;
    await print(`${path}: ${trainImages} training and ${valImages} validation images, ${isChecked ? 'the same as before' : 'not compared, because none had been read yet'}`);
  },
});
