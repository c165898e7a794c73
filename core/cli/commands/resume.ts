import { openStudy, readStudy } from '../../study/folder.ts';
import { isTraining, openTraining } from '../../study/networkTraining/trainingFolder.ts';
import { readSummary } from '../../study/summary.ts';
import { isTransfer } from '../../study/transfer/transferPlan.ts';
import { defineCommand } from '../command.ts';
import { argument, text } from '../options.ts';
import { printReport } from '../studyReport.ts';
import { followStudy } from '../studyRun.ts';

export const studyFolder = text('DIR', "the path of a study's folder");

export const resume = defineCommand({
  name: 'resume',
  summary: 'Go on with a study, training or transfer that was stopped or killed',
  details: 'The outcome is the same as if it had never been interrupted. What is finished is only reported.',
  json: "The study's summary, as for run, the training's result, as for train, or the transfer's report",
  options: { directory: argument(studyFolder, 'Folder of the study, training or transfer') },
  examples: ['pocketformer resume runs/quickstart'],
  async run({ directory }, surroundings) {
    if (isTraining(directory)) {
      const { followTraining } = await import('../trainingRun.ts');
      return followTraining(await openTraining(directory), surroundings);
    }
    if (isTransfer(directory)) {
      const { keptTransferFile } = await import('../../study/transfer/keptTransfer.ts');
      const { followTransfer } = await import('../transferRun.ts');
      return followTransfer(directory, await keptTransferFile(directory), surroundings);
    }
    const view = await readStudy(directory);
    if (view.info.status === 'finished') {
      surroundings.note('This study is finished already.');
      return printReport(view, await readSummary(view.paths.summary), surroundings);
    }
    const study = await openStudy(directory);
    const summary = await followStudy(study, surroundings);
    await printReport(study, summary, surroundings);
  },
});
