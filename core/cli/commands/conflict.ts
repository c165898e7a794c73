import type { StudyConflict } from '../../study/studyConflict.ts';
import { parseAmount } from '../amounts.ts';
import { defineCommand } from '../command.ts';
import { engineOption, seedOption } from '../commandOptions.ts';
import { argument, optional, wholeNumber, withDefault } from '../options.ts';
import type { Kind } from '../options.ts';
import { grouped, tableLines, type Column } from '../table.ts';
import { studyFolder } from './resume.ts';

const sizesKind: Kind<number[]> = {
  placeholder: 'MACS,...',
  expected: 'sizes in MACs in ascending order, such as 2M,4M,8M',
  read: (value) => {
    const sizes = value.split(',').map((size) => parseAmount(size) ?? NaN);
    return sizes.every((size, i) => size > (sizes[i - 1] ?? 0)) ? sizes : undefined;
  },
};

export const conflict = defineCommand({
  name: 'conflict',
  summary: "Measure how well the gradients of small and large subnets agree in a study's supernet",
  details: 'For every two sizes, the cosine of the gradients of two subnets on the weights that they share: 1 where both want '
    + 'the same change, around 0 where neither helps the other, below 0 where each undoes the other. Measured with the weights '
    + "of the latest checkpoint, on the study's own training images; the study is only read. The gradients of a supernet of more than "
    + '2 million weights are compared on a random sample of 2 million.',
  json: 'One object: {step, images, macs: [...], cosine: [[...]], standardError: [[...]] with several pairs, pairs: [{macs, random, good}]}; '
    + 'null stands for a cosine that is not defined',
  options: {
    directory: argument(studyFolder, 'Folder of the study'),
    images: withDefault(wholeNumber('N', 2, 100_000), 64, 'Images that each gradient is taken on'),
    pairs: withDefault(wholeNumber('N', 1, 1000), 3, 'Pairs of subnets averaged for each two sizes'),
    sizes: optional(sizesKind, "Sizes to compare, in MACs (default: seven over the space, spaced like the paper's)"),
    seed: seedOption,
    engine: engineOption,
  },
  examples: ['pocketformer conflict runs/quickstart', 'pocketformer conflict runs/quickstart --sizes 2M,8M --pairs 10 --json'],
  async run({ directory, engine: engineId, ...options }, { json, print, note }) {
    const { describeStudy } = await import('../../study/folder.ts');
    const study = await describeStudy(directory);
    const { startEngine } = await import('../../engine/engines.ts');
    const engine = await startEngine(engineId);
    const { studyConflict } = await import('../../study/studyConflict.ts');
    note(`Taking gradients of ${study.settings.name}`);
    const measured = await studyConflict(study, { engine, ...options });
    if (json) return print(JSON.stringify(measured));
    await print(`${study.settings.name} after ${grouped(measured.step)} training steps: cosine of gradients on shared weights`);
    await print(`(${measured.images} images, ${options.pairs} ${options.pairs === 1 ? 'pair' : 'pairs'} of subnets for each two sizes)`);
    await print('');
    for (const line of matrixLines(measured)) await print(line);
    await print('');
    for (const line of pairLines(measured)) await print(line);
  },
});

function matrixLines({ macs, cosine, standardError }: StudyConflict): string[] {
  const columns: Column[] = ['MACs', ...macs.map(millions)].map((title) => ({ title, align: 'right' }));
  const lines = tableLines(columns, macs.map((size, i) => [millions(size), ...cosine[i].map(cosineText)]));
  const largest = Math.max(...(standardError ?? []).flat().filter(Number.isFinite));
  return Number.isFinite(largest) ? [...lines, `Standard errors are at most ${largest.toFixed(2)}.`] : lines;
}

const pairColumns = [
  { title: 'two subnets of', align: 'right' }, { title: 'any', align: 'right' }, { title: 'best remembered', align: 'right' },
] as const;

function pairLines({ pairs }: StudyConflict): string[] {
  return tableLines(pairColumns, pairs.map(({ macs, random, good }) => [millions(macs), cosineText(random), good === null ? '-' : cosineText(good)]));
}

/** "12.3 M" */
const millions = (macs: number) => `${Number((macs / 1e6).toPrecision(3))} M`;
const cosineText = (value: number) => Number.isFinite(value) ? value.toFixed(2).replace('-', '−') : '-';
