import { defineCommand } from '../command.ts';
import { engineKind, seedKind } from '../commandOptions.ts';
import { argument, optional, text, wholeNumber } from '../options.ts';
import { overriddenText } from '../studyOverrides.ts';

export const transfer = defineCommand({
  name: 'transfer',
  summary: "Fine-tune the winners of a study's devices on other images, and report accuracy against latency",
  details: 'A transfer file names a study that has trained a supernet, how many winners of each device are wanted, other images and how the networks learn; it is a training '
    + 'file without space, arch and start. Each network gets a new head, is trained with several seeds in folders of their own, and stands in a report of accuracy against latency '
    + 'for each device: who is on the front afterwards, and how far the order of accuracies survives (Kendall\'s tau). Ctrl-C stops at the next safe point; the same command, or '
    + '"pocketformer resume" with the folder, goes on where it stopped.',
  json: 'What results/transfer.json holds: {name, study, space, runs, finishedRuns, networks: [{id, arch, winnerOn, accuracyBefore, accuracy: {mean, deviation, seeds}, interval, runs}], '
    + 'devices: [{device, rows: [{id, latencyMs, lowMs, highMs, isWinner, onFront, frontSeeds}], tau}], tau}',
  options: {
    file: argument(text('FILE.yaml', 'the path of a transfer file'), 'Transfer file; see examples/transfer.yaml'),
    out: optional(text('DIR', 'the path of a folder'), 'Folder of the transfer; one that holds the same transfer is gone on with (default: runs/ and its name)'),
    seeds: optional(wholeNumber('N', 1, 100), "Trainings of each network (default: the file's)"),
    seed: optional(seedKind, "First of the seeds (default: the file's)"),
    engine: optional(engineKind, "Engine that computes (default: the file's)"),
  },
  examples: ['pocketformer transfer examples/transfer.yaml', 'pocketformer transfer flowers.yaml --out runs/flowers --seeds 5'],
  async run({ file: path, out, seeds, seed, engine }, surroundings) {
    const { join } = await import('node:path');
    const { parseTransferFile, readTransferFile } = await import('../../study/transfer/transferFile.ts');
    const { followTransfer } = await import('../transferRun.ts');
    const written = await readTransferFile(path);
    const whole = overriddenText(written.text, { seed, engine, seeds });
    const file = { ...written, text: whole, settings: parseTransferFile(whole, path) };
    await followTransfer(out ?? join('runs', file.settings.name), file, surroundings);
  },
});
