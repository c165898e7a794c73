import { CancelledError } from '../../base/errors.ts';
import type { RankCorrelation } from '../../study/rankCorrelation/rankCorrelation.ts';
import type { RankAgreement } from '../../study/rankCorrelation/summarise.ts';
import { percent } from '../../study/frontsTable.ts';
import { openStudy } from '../../study/folder.ts';
import { ProgressBar } from '../../study/progressBar.ts';
import { defineCommand } from '../command.ts';
import { engineOption, seedKind } from '../commandOptions.ts';
import { argument, optional, wholeNumber } from '../options.ts';
import { quoted } from '../studyRun.ts';
import { grouped, tableLines } from '../table.ts';
import { studyFolder } from './resume.ts';

export const rankCorrelation = defineCommand({
  name: 'rank-correlation',
  summary: 'Find out how far inherited accuracy ranks networks as training each from scratch would',
  details: "Chooses some of the architectures that a study's search has evaluated, spread over their MACs, judges them with the supernet's "
    + "weights, trains each from scratch on the study's images, and compares the two orders by Kendall's tau (1: the same, 0: unrelated, "
    + '-1: reversed). What was found is kept in the study; Ctrl-C stops at the next safe point, and the same command goes on.',
  json: 'One object: {inherited: {tau, interval: {low, high}}, macs: {tau, interval}, remarks, record: {seed, steps, supernetSteps, images, '
    + 'subnets: [{key, arch, macs, inherited, retrained}]}}; a tau that is not defined is null',
  options: {
    directory: argument(studyFolder, 'Folder of the study'),
    subnets: optional(wholeNumber('N', 2, 1000), 'Architectures to compare (default 8)'),
    steps: optional(wholeNumber('N', 1), "Training steps of each (default: as many as the supernet's)"),
    seed: optional(seedKind, 'Seed of the choice, the fresh weights and the batches (default 1)'),
    engine: engineOption,
  },
  examples: ['pocketformer rank-correlation runs/quickstart', 'pocketformer rank-correlation runs/quickstart --subnets 12 --steps 500'],
  async run({ directory, engine: engineId, ...options }, { json, print, progress: output, quiet, stopSignal }) {
    const study = await openStudy(directory);
    let bar: ProgressBar | undefined;
    try {
      const { startEngine } = await import('../../engine/engines.ts');
      const engine = await startEngine(engineId);
      const { rankCorrelation: compare } = await import('../../study/rankCorrelation/rankCorrelation.ts');
      const found = await compare(study, { engine, ...options }, {
        signal: stopSignal(),
        onProgress(done, total, note) {
          bar ??= new ProgressBar({ label: 'Retraining', total, done, unit: 'steps', output, quiet });
          bar.update(done, note);
        },
      });
      bar?.finish();
      if (json) return await print(JSON.stringify(found));
      for (const line of reportLines(found)) await print(line);
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      throw new CancelledError(`Stopped on request, with everything saved. To go on: pocketformer rank-correlation ${quoted(directory)}`);
    } finally {
      bar?.finish();
      study.close();
    }
  },
});

const columns = [
  { title: 'MACs', align: 'right' }, { title: 'inherited', align: 'right' }, { title: 'from scratch', align: 'right' }, { title: 'architecture', align: 'left' },
] as const;

function reportLines({ record, inherited, macs, remarks }: RankCorrelation): string[] {
  const { subnets, steps, supernetSteps, images } = record;
  const rows = subnets.map((subnet) => [grouped(subnet.macs), percent(subnet.inherited!), percent(subnet.retrained!), subnet.key]);
  return [
    `${subnets.length} subnets on ${grouped(images)} validation images: with the supernet's weights after ${grouped(supernetSteps)} steps, `
      + `and each trained from scratch for ${grouped(steps)} steps`,
    '', ...tableLines(columns, rows), '',
    `Kendall's tau-b with the accuracy from scratch, 95 % bootstrap interval over subnets:`,
    `  inherited accuracy  ${tauText(inherited)}`,
    `  MACs                ${tauText(macs)}`,
    '', ...remarks,
  ];
}

function tauText({ tau, interval }: RankAgreement): string {
  if (Number.isNaN(tau)) return 'not defined';
  return interval ? `${signed(tau)}  (${signed(interval.low)} to ${signed(interval.high)})` : signed(tau);
}

const signed = (value: number) => value.toFixed(2).replace('-', '−');
