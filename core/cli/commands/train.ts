import { defineCommand } from '../command.ts';
import { engineKind, seedKind } from '../commandOptions.ts';
import { createNumbered } from '../numberedFolder.ts';
import { argument, optional, text } from '../options.ts';
import { overriddenText } from '../studyOverrides.ts';
import { quoted } from '../studyRun.ts';
import { trainCompare } from './trainCompare.ts';
import { trainPresets } from './trainPresets.ts';
import { trainTokens } from './trainTokens.ts';

export const train = defineCommand({
  name: 'train',
  summary: 'Train or fine-tune one network, judge it and export it',
  details: 'A training file names a network of any space, images and how it learns; it starts from fresh weights, from what a study\'s supernet has '
    + 'learned for it, or from a file of weights. Ctrl-C stops at the next safe point and leaves a training that "pocketformer resume" goes on with; the '
    + 'same holds for a process that was killed. The same file, seed and engine give the same result.',
  json: 'What results/training.json holds, with {directory, status}: {name, space, arch, macs, params, epochs: [...], best, evaluation: {accuracy, '
    + 'top5Accuracy, confusion, perClass, wrong}, exported: {path, accuracy, ...}, retokenization, ...}',
  options: {
    file: argument(text('FILE.yaml', 'the path of a training file'), 'Training file; see examples/train.yaml'),
    out: optional(text('DIR', 'the path of a folder'),
      'Folder of the training; must not exist yet or be empty (default: runs/ and its name, numbered when it exists)'),
    seed: optional(seedKind, "Seed of all random choices (default: the file's)"),
    engine: optional(engineKind, "Engine that computes (default: the file's)"),
  },
  examples: ['pocketformer train examples/train.yaml', 'pocketformer train winner.yaml --out runs/winner --seed 2', 'pocketformer train presets as-vit'],
  subcommands: { presets: trainPresets, tokens: trainTokens, compare: trainCompare },
  async run({ file: path, out, seed, engine }, surroundings) {
    const { parseTrainingFile, readTrainingFile } = await import('../../study/networkTraining/trainingFile.ts');
    const { createTraining } = await import('../../study/networkTraining/trainingFolder.ts');
    const { followTraining } = await import('../trainingRun.ts');
    const written = await readTrainingFile(path);
    const whole = overriddenText(written.text, { seed, engine });
    const file = { ...written, text: whole, settings: parseTrainingFile(whole, path) };
    const training = out === undefined
      ? await createNumbered(file.settings.name, (directory) => createTraining(directory, file)) : await createTraining(out, file);
    surroundings.note(`Training in ${quoted(training.directory)}`);
    await followTraining(training, surroundings);
  },
});
