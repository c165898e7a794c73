import { InputError } from '../../base/errors.ts';
import { readStudy } from '../../study/folder.ts';
import type { StudyView } from '../../study/folder.ts';
import { isTraining, readTraining } from '../../study/networkTraining/trainingFolder.ts';
import { readTrainingResult } from '../../study/networkTraining/trainingResult.ts';
import { readSummary } from '../../study/summary.ts';
import type { StudySummary } from '../../study/summary.ts';
import { isTransfer } from '../../study/transfer/transferPlan.ts';
import { defineCommand } from '../command.ts';
import { deviceKind } from '../commandOptions.ts';
import { argument, optional } from '../options.ts';
import { printReport } from '../studyReport.ts';
import { printTraining } from '../trainingReport.ts';
import { studyFolder } from './resume.ts';

export const report = defineCommand({
  name: 'report',
  summary: 'Show what a study, training or transfer has found: the front of each device, or accuracies, and the exported models',
  details: 'Measured latencies ("pocketformer measure") stand beside the predicted ones, with a judgement of each device model. --with predicts everything that the search has evaluated anew with '
    + 'another model of one of its devices, such as one that was refitted, and shows the fronts that follow; nothing is evaluated again, and the study stays as it is.',
  json: "The study's summary, as for run; result is null while there are no fronts yet. Where something was measured also measured: [{device, isChanged, targets: [{target, match, "
    + "checks, judgement}]}]. The training's result, as for train, or the transfer's report",
  options: {
    directory: argument(studyFolder, 'Folder of the study, training or transfer'),
    with: optional(deviceKind, "Model of one of the study's devices to predict with, in place of that of the search"),
  },
  examples: ['pocketformer report runs/quickstart', 'pocketformer report runs/quickstart --json', 'pocketformer report runs/mine --with my-phone-2.json'],
  async run({ directory, with: other }, surroundings) {
    if (isTraining(directory)) {
      const training = await readTraining(directory);
      return printTraining(training, await readTrainingResult(training.paths), surroundings);
    }
    if (isTransfer(directory)) {
      const { readTransferReport } = await import('../../study/transfer/runTransfer.ts');
      const { printTransfer } = await import('../transferRun.ts');
      return printTransfer(directory, await readTransferReport(directory), surroundings);
    }
    const view = await readStudy(directory);
    const { missingData, missingDataText } = await import('../../study/archive/missingData.ts');
    const missing = await missingData(directory);
    if (missing) surroundings.note(missingDataText(directory, missing));
    const summary = await readSummary(view.paths.summary);
    if (other !== undefined) return printReport(view, await withModel(view, summary, other, surroundings.note), surroundings);
    const { studyChecks } = await import('../../study/checks/studyChecks.ts');
    await printReport(view, summary, surroundings, await readableChecks(() => studyChecks(view, summary), surroundings.note));
  },
});

/** A report is not refused because a device model is gone. */
async function readableChecks<T>(read: () => Promise<readonly T[]>, note: (line: string) => void): Promise<readonly T[]> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    note(`What was measured is not shown: ${error.message}`);
    return [];
  }
}

async function withModel(view: StudyView, summary: StudySummary, name: string, note: (line: string) => void): Promise<StudySummary> {
  const { frontsWith } = await import('../../study/checks/repredict.ts');
  const { namedDevice } = await import('../../study/devices/namedDevice.ts');
  const { device, result } = await frontsWith(view, summary, namedDevice(name));
  note(`Latencies on ${device} are predicted by ${name}; the study itself stays as it is.`);
  return { ...summary, result };
}
