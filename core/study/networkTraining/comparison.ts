import { join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { spreadOf, type Spread } from '../../base/spread.ts';
import { makeDirectory, writeFileAtomic } from '../files.ts';
import { markdownTable } from '../markdownTable.ts';
import type { RunHooks } from '../run/hooks.ts';
import { finishedTraining } from './finishedTraining.ts';
import type { TrainingResult } from './trainingResult.ts';
import type { TrainingFile } from './trainingFile.ts';

/** One training file over its seeds, beside the first of the comparison. */
export interface ComparedTraining {
  readonly name: string;
  readonly accuracy: Spread;
  readonly trainingSeconds: Spread;
  readonly trainingMacs: Spread;
  /** Against the first with the same seed; null for the first itself. */
  readonly against: {
    readonly accuracyGain: Spread;
    readonly secondsSavedShare: Spread;
    readonly macsSavedShare: Spread;
  } | null;
}

export interface ComparisonHooks extends RunHooks {
  /** A run begins or goes on; finished ones are passed over. */
  readonly onRun?: (run: { readonly number: number; readonly runs: number; readonly name: string; readonly seed: number }) => void;
}

/** Where a comparison's tables are. */
export function comparisonPaths(directory: string) {
  return { summary: join(directory, 'results', 'comparison.json'), table: join(directory, 'results', 'comparison.md') };
}

/**
 * Trains by each file with each seed and puts accuracies, times and multiply-accumulates beside each other: one seed after the other, all files
 * of each, so that what else the machine does falls on all alike. Every run is a training of its own below `runs/`; the same call goes on
 * where it stopped.
 * @param fileOf a file's training with a seed
 * @throws InputError `same-names`; CancelledError; what `finishedTraining` throws
 */
export async function compareTrainings(
  directory: string, names: readonly string[], seeds: readonly number[], fileOf: (name: string, seed: number) => TrainingFile, hooks: ComparisonHooks = {},
): Promise<ComparedTraining[]> {
  if (new Set(names).size < names.length) throw new InputError('same-names', `Two of the training files have the same name (${names.join(', ')}); give them names of their own.`);
  const results = new Map<string, TrainingResult[]>(names.map((name) => [name, []]));
  let number = 0;
  for (const seed of seeds) {
    for (const name of names) {
      hooks.onRun?.({ number: ++number, runs: seeds.length * names.length, name, seed });
      results.get(name)!.push(await finishedTraining(join(directory, 'runs', `${name}-seed-${seed}`), fileOf(name, seed), hooks));
    }
    await write(directory, summarise(names, results));
  }
  return summarise(names, results);
}

function summarise(names: readonly string[], results: ReadonlyMap<string, readonly TrainingResult[]>): ComparedTraining[] {
  const first = results.get(names[0])!;
  return names.map((name): ComparedTraining => {
    const own = results.get(name)!;
    const spread = (of: (result: TrainingResult) => number) => spreadOf(own.map(of));
    const paired = (of: (result: TrainingResult, other: TrainingResult) => number) => spreadOf(own.map((result, i) => of(result, first[i])));
    return {
      name, accuracy: spread(({ evaluation }) => evaluation.accuracy), trainingSeconds: spread(({ trainingSeconds }) => trainingSeconds),
      trainingMacs: spread(({ trainingMacs }) => trainingMacs),
      against: own === first ? null : {
        accuracyGain: paired((a, b) => a.evaluation.accuracy - b.evaluation.accuracy),
        secondsSavedShare: paired((a, b) => 1 - a.trainingSeconds / b.trainingSeconds),
        macsSavedShare: paired((a, b) => 1 - a.trainingMacs / b.trainingMacs),
      },
    };
  });
}

/** The comparison as a Markdown table. */
export function comparisonMarkdown(compared: readonly ComparedTraining[]): string {
  const [first] = compared;
  return [
    `Mean and standard deviation over ${first.accuracy.seeds} ${first.accuracy.seeds === 1 ? 'seed' : 'seeds'}; differences from ${first.name}, seed by seed:`,
    markdownTable(['training', 'top-1, %', 'difference, points', 'minutes in steps', 'time saved, %', 'MACs saved, %'], compared.map(({ name, accuracy, trainingSeconds, against }) => [
      name, text(accuracy, 100), against ? text(against.accuracyGain, 100, true) : '', text(trainingSeconds, 1 / 60),
      against ? text(against.secondsSavedShare, 100) : '', against ? text(against.macsSavedShare, 100) : '',
    ])),
  ].join('\n\n') + '\n';
}

function text({ mean, deviation }: Spread, factor: number, signed = false): string {
  const number = `${signed && mean >= 0 ? '+' : ''}${(factor * mean).toFixed(1)}`.replace('-', '−');
  return deviation === null ? number : `${number} ± ${(factor * deviation).toFixed(1)}`;
}

async function write(directory: string, compared: readonly ComparedTraining[]): Promise<void> {
  const remedy = 'free space, then call the same command again.';
  const { summary, table } = comparisonPaths(directory);
  await makeDirectory(join(directory, 'results'), { remedy });
  await writeFileAtomic(summary, `${JSON.stringify({ format: 'pocketformer-training-comparison', version: 1, trainings: compared }, undefined, 1)}\n`, { remedy });
  await writeFileAtomic(table, comparisonMarkdown(compared), { remedy });
}
