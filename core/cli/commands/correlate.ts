import { CancelledError } from '../../base/errors.ts';
import { ProgressBar } from '../../study/progressBar.ts';
import type { MeasuredSet } from '../../study/correlation/measuredSet.ts';
import type { TextTable } from '../../study/correlation/tables.ts';
import type { ScoringImages } from '../../study/scoring/scoringInputs.ts';
import { defineCommand } from '../command.ts';
import { engineOption, seedKind, spaceKind } from '../commandOptions.ts';
import { argument, flag, oneOfChoices, optional, text, wholeNumber, withDefault } from '../options.ts';
import { tableLines } from '../table.ts';

const names = (value: string) => value.split(',').map((name) => name.trim()).filter((name) => name !== '');

export const correlate = defineCommand({
  name: 'correlate',
  summary: 'Find out whether training-free scores order networks as their accuracies do, and better than counting does',
  details: 'Reads architectures with measured accuracies, scores them without training, and compares the orders by Kendall\'s tau-b, '
    + "Spearman's rho, the share of the k best networks among a score's first k, and what is lost by training only those; each with a "
    + 'bootstrap interval, beside parameters, MACs, depth and MLP ratios, and in a plain sentence where a score is not worth more than '
    + 'those. The file is JSON {"format": "pocketformer-accuracies", "version": 1, "space": ..., "networks": [{"arch": ..., "accuracies": '
    + '{"imagenet": 74.7}}]}, CSV with the columns space, arch and one for each data set, or the AutoFormer part of ViT-Bench-101. '
    + 'Names with a plus between them rank by the sum of their ranks.',
  json: 'One object: {title, source, seeds, columns: [{name, title, measured, topK}], networks: [{name, space, arch, accuracies}], rankings: '
    + '[{id, title, isBaseline, scores, invalid, ms, macs, columns: [{tau, rho, recall, regret, gains}], mean}], remarks}; every figure is '
    + '{value, interval: {low, high}}, null where it is not defined; gains are tau minus a baseline\'s tau',
  options: {
    file: argument(text('FILE', 'the path of a file with architectures and accuracies'), 'Architectures with measured accuracies'),
    proxies: optional(text('NAME,...', 'names of proxies separated by commas'), 'Proxies, and combinations such as dss-msa+dss-mlp; all: every proxy (default: those that only read the architecture)'),
    columns: optional(text('NAME,...', 'names of columns separated by commas'), 'Accuracies to compare with (default: all)'),
    space: optional(spaceKind, 'Search space of networks for which the file names none'),
    top: optional(wholeNumber('K', 1), "Networks that one would train: the k of recall and regret (default: a tenth of the file's)"),
    seeds: withDefault(wholeNumber('N', 1, 100), 1, 'Seeds of weights and inputs that scores are averaged over'),
    seed: withDefault(seedKind, 1, 'The first of the seeds'),
    weights: withDefault(oneOfChoices('HOW', ['fresh', 'supernet'] as const), 'fresh', "Untrained weights: each network's own, or slices of its space's supernet"),
    images: optional(text('DIR', 'a folder of images, or of a folder of images for each class'), 'Real images to run networks on, drawn from the folder by the seed'),
    batch: optional(wholeNumber('N', 1, 4096), 'How many images'),
    details: flag('Print a table for every column, with rho, recall and regret'),
    out: optional(text('DIR', 'the path of a folder'), 'Folder for scores, result, table and figure; with it, a run that was stopped goes on where it was'),
    engine: engineOption,
  },
  examples: [
    'pocketformer correlate accuracies.csv',
    'pocketformer correlate vitbench101_autoformer.json --columns c100_kd,flower_kd --details',
    'pocketformer correlate accuracies.json --proxies params+depth,macs+depth --out runs/correlation',
  ],
  async run({ file, proxies, columns, space, top, seeds: count, seed, weights, images: folder, batch, details, out, engine: engineId }, { json, print, progress: output, quiet, stopSignal }) {
    const { readMeasured } = await import('../../study/correlation/readMeasured.ts');
    const { correlate: compare, proxiesOf, rankingRules } = await import('../../study/correlation/correlate.ts');
    const { needsEngine } = await import('../../study/correlation/scoreMeasured.ts');
    const { proxyCatalogue, proxyIds } = await import('../../scoring/catalogue.ts');
    const rankings = proxies === 'all' ? proxyIds : proxies ? names(proxies) : proxyIds.filter((id) => proxyCatalogue[id].needs === 'nothing');
    const used = proxiesOf(rankingRules(rankings));
    const set = await readMeasured(file, space);
    const signal = stopSignal();
    const seeds = Array.from({ length: count }, (_, i) => seed + i);
    const inputs = { seeds, weights, ...(batch !== undefined && { input: { batch } }) };
    const { ScoreRecord } = await import('../../study/correlation/scoreRecord.ts');
    const record = out === undefined ? undefined : await ScoreRecord.open(out, { ...inputs, ...(folder !== undefined && { images: folder }) });
    const images = folder === undefined ? undefined : await imagesFor(set, folder, { batch, seed, signal });
    const engine = needsEngine(set.networks, used) ? await (await import('../../engine/engines.ts')).startEngine(engineId) : undefined;
    let bar: ProgressBar | undefined;
    try {
      const options = { rankings, columns: columns === undefined ? undefined : names(columns), topK: top, ...inputs, images, engine, record };
      const found = await compare(set, options, {
        signal,
        onProgress(done, total, note) {
          bar ??= new ProgressBar({ label: 'Scoring', total, unit: 'scores', output, quiet });
          bar.update(done, note);
        },
      });
      bar?.finish();
      const { correlationPaths, writeCorrelation } = await import('../../study/correlation/writeCorrelation.ts');
      if (out !== undefined) await writeCorrelation(out, found);
      if (json) return await print(JSON.stringify(found));
      const { columnTable, overviewTable } = await import('../../study/correlation/tables.ts');
      await print(`${found.title}: ${found.networks.length} networks`);
      for (const table of [overviewTable(found), ...(details ? found.columns.map((_, i) => columnTable(found, i)) : [])]) {
        for (const line of ['', table.title, ...linesOf(table)]) await print(line);
      }
      for (const remark of ['', ...found.remarks]) await print(remark);
      if (out === undefined) return;
      const { table, figure } = correlationPaths(out);
      for (const line of ['', `Table   ${table}`, `Figure  ${figure}`]) await print(line);
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      throw new CancelledError(out === undefined ? 'Stopped on request. Nothing is kept without --out.' : 'Stopped on request, with all scores saved. The same command goes on.');
    } finally {
      bar?.finish();
    }
  },
});

const linesOf = ({ head, rows }: TextTable) => tableLines(head.map((title, i) => ({ title, align: i === 0 ? 'left' : 'right' })), rows);

/** Images of the largest resolution among the networks. */
async function imagesFor(set: MeasuredSet, folder: string, { batch, seed, signal }: { batch: number | undefined; seed: number; signal: AbortSignal }): Promise<ScoringImages> {
  const { getSpace } = await import('../../spaces/index.ts');
  const { readScoringImages } = await import('../../study/scoring/scoringInputs.ts');
  const size = Math.max(...new Set(set.networks.map(({ space, arch, resolution }) => getSpace(space).lower(arch, { resolution }).resolution)));
  return readScoringImages(folder, { count: batch, size, seed, signal });
}
