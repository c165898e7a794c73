import { CancelledError } from '../../base/errors.ts';
import { defineCommand } from '../command.ts';
import { listOf, text, wholeNumber, withDefault } from '../options.ts';
import { StudyProgress } from '../studyProgress.ts';
import { overriddenText } from '../studyOverrides.ts';

export const trainCompare = defineCommand({
  name: 'train compare',
  summary: 'Train by several files with several seeds, and compare accuracy, time and MACs',
  details: 'One seed after the other, all files of each. Every run is a training of its own below the folder; Ctrl-C stops at the next safe point, and the same command '
    + 'goes on where it stopped. Differences are those from the first file, seed by seed.',
  json: '{trainings: [{name, accuracy: {mean, deviation, seeds}, trainingSeconds, trainingMacs, against: {accuracyGain, secondsSavedShare, macsSavedShare} or null}]}',
  options: {
    files: listOf(text('FILE.yaml', 'paths of training files'), 'Training files; the first is what the others are compared with'),
    out: withDefault(text('DIR', 'the path of a folder'), 'runs/comparison', 'Folder of the comparison; one that holds the same comparison is gone on with'),
    seeds: withDefault(wholeNumber('N', 1, 100), 3, 'Runs by each file, with seeds 1, 2, ...'),
  },
  examples: ['pocketformer train compare --files plain.yaml fewer-tokens.yaml --seeds 3'],
  async run({ files, out, seeds }, surroundings) {
    const { parseTrainingFile, readTrainingFile } = await import('../../study/networkTraining/trainingFile.ts');
    const { compareTrainings, comparisonMarkdown, comparisonPaths } = await import('../../study/networkTraining/comparison.ts');
    const written = await Promise.all(files.map(readTrainingFile));
    const names = written.map(({ settings }) => settings.name);
    const progress = new StudyProgress(surroundings);
    try {
      const trainings = await compareTrainings(out, names, Array.from({ length: seeds }, (_, i) => i + 1), (name, seed) => {
        const file = written[names.indexOf(name)];
        const whole = overriddenText(file.text, { seed });
        return { ...file, text: whole, settings: { ...parseTrainingFile(whole, file.path), name } };
      }, {
        signal: surroundings.stopSignal(), onProgress: (report) => progress.update(report), onMessage: (message) => progress.message(message),
        onRun({ number, runs, name, seed }) {
          progress.finish();
          surroundings.note(`Run ${number} of ${runs}: ${name}, seed ${seed}`);
        },
      });
      progress.finish();
      if (surroundings.json) return await surroundings.print(JSON.stringify({ trainings }));
      await surroundings.print(comparisonMarkdown(trainings).trimEnd());
      await surroundings.print(`\nTable  ${comparisonPaths(out).table}`);
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      throw new CancelledError('Stopped on request, with everything saved. The same command goes on.');
    } finally {
      progress.finish();
    }
  },
});
