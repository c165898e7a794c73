import type { Spread } from '../../base/spread.ts';
import { markdownTable } from '../markdownTable.ts';
import type { VariantSummary } from './summarise.ts';

/** The comparison as Markdown tables: accuracy of the best and of all subnets at each level, gains, time, conflict. */
export function ablationMarkdown(variants: readonly VariantSummary[]): string {
  const [{ levels }] = variants;
  const head = ['training', ...levels.map(({ fromMacs }) => `${millions(fromMacs)} M`)];
  const rows = (of: (level: VariantSummary['levels'][number]) => string) => variants.map(({ title, levels: own }) => [title, ...own.map(of)]);
  const gains = variants.filter(({ levels: own }) => own.some(({ gain }) => gain !== null));
  return [
    'Top-1 accuracy in % of the best subnet at each level of MACs (chosen on one half of the validation images, judged on the other), mean and standard deviation over seeds:',
    markdownTable(head, rows(({ best }) => percent(best))),
    ...(gains.length > 0 ? [
      'Percentage points more than the variant in the row above, seed by seed:',
      markdownTable(head, gains.map(({ title, levels: own }) => [title, ...own.map(({ gain }) => gain ? signed(gain) : '')])),
    ] : []),
    'Mean over all subnets judged at each level:',
    markdownTable(head, rows(({ mean }) => percent(mean))),
    'Time in training steps:',
    markdownTable(['training', 'minutes'], variants.map(({ title, trainingSeconds: { mean, deviation } }) =>
      [title, `${(mean / 60).toFixed(1)}${deviation === null ? '' : ` ± ${(deviation / 60).toFixed(1)}`}`])),
    ...variants.flatMap(({ title, conflict }) => conflict ? [
      `Cosine of the gradients of subnets of two sizes (M MACs), ${title}, after the first step / after the last:`,
      markdownTable(['', ...conflict.macs.map(millions)], conflict.after.map((row, i) =>
        [millions(conflict.macs[i]), ...row.map((after, j) => `${cosine(conflict.before[i][j])} / ${cosine(after)}`)])),
    ] : []),
  ].join('\n\n') + '\n';
}

const millions = (macs: number) => Number((macs / 1e6).toPrecision(3)).toString();
const withDeviation = (text: string, { deviation }: Spread) => deviation === null ? text : `${text} ± ${(100 * deviation).toFixed(1)}`;
const percent = (spread: Spread) => withDeviation((100 * spread.mean).toFixed(1), spread);
const signed = (spread: Spread) => withDeviation(`${spread.mean < 0 ? '−' : '+'}${Math.abs(100 * spread.mean).toFixed(1)}`, spread);
const cosine = (value: number | null) => value === null ? '' : value.toFixed(2);
