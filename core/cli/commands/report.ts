import { readStudy } from '../../study/folder.ts';
import { isTraining, readTraining } from '../../study/networkTraining/trainingFolder.ts';
import { readTrainingResult } from '../../study/networkTraining/trainingResult.ts';
import { readSummary } from '../../study/summary.ts';
import { defineCommand } from '../command.ts';
import { argument } from '../options.ts';
import { printReport } from '../studyReport.ts';
import { printTraining } from '../trainingReport.ts';
import { studyFolder } from './resume.ts';

export const report = defineCommand({
  name: 'report',
  summary: 'Show what a study or training has found: the front of each device, or accuracies, and the exported models',
  json: "The study's summary, as for run; result is null while there are no fronts yet. The training's result, as for train",
  options: { directory: argument(studyFolder, 'Folder of the study or training') },
  examples: ['pocketformer report runs/quickstart', 'pocketformer report runs/quickstart --json'],
  async run({ directory }, surroundings) {
    if (isTraining(directory)) {
      const training = await readTraining(directory);
      return printTraining(training, await readTrainingResult(training.paths), surroundings);
    }
    const view = await readStudy(directory);
    await printReport(view, await readSummary(view.paths.summary), surroundings);
  },
});
