import { readStudy } from '../../study/folder.ts';
import { readSummary } from '../../study/summary.ts';
import { defineCommand } from '../command.ts';
import { argument } from '../options.ts';
import { printReport } from '../studyReport.ts';
import { studyFolder } from './resume.ts';

export const report = defineCommand({
  name: 'report',
  summary: 'Show what a study has found: the front of each device and the exported models',
  json: "The study's summary, as for run; result is null while there are no fronts yet",
  options: { directory: argument(studyFolder, 'Folder of the study') },
  examples: ['pocketformer report runs/quickstart', 'pocketformer report runs/quickstart --json'],
  async run({ directory }, surroundings) {
    const view = await readStudy(directory);
    await printReport(view, await readSummary(view.paths.summary), surroundings);
  },
});
