import type { Estimate } from '../../scoring/agreement.ts';
import type { CorrelatedColumn, CorrelatedRanking } from './result.ts';

/** What a score must beat to be worth its computation. */
const counts = ['params', 'macs'] as const;
const titles = { params: 'parameters', macs: 'MACs' } as const;

type Verdict = 'better' | 'worse' | 'open';
const verbs: Record<Verdict, string> = { better: 'beats', worse: 'is worse than', open: 'does not beat' };

/** Better or worse only where the whole interval of the paired difference says so. */
export function verdictOf({ value, interval }: Estimate): Verdict {
  if (value === null || interval === null) return 'open';
  return interval.low > 0 ? 'better' : interval.high < 0 ? 'worse' : 'open';
}

/** A sentence for each score about whether it beats counting, on the mean over columns and column by column. */
export function remarksOn(rankings: readonly CorrelatedRanking[], columns: readonly CorrelatedColumn[], networks: number): string[] {
  const remarks = rankings.filter(({ isBaseline }) => !isBaseline).map((ranking) => remarkOn(ranking, rankings, columns));
  if (remarks.length === 0) return [];
  return [
    ...remarks,
    `Intervals are 95 % bootstrap intervals over the ${networks} networks; differences are paired: both rankings on the same draws.`,
  ];
}

function remarkOn(ranking: CorrelatedRanking, rankings: readonly CorrelatedRanking[], columns: readonly CorrelatedColumn[]): string {
  const { title, mean, invalid } = ranking;
  const rest = invalid > 0 ? ` It has no valid value for ${invalid} ${invalid === 1 ? 'network' : 'networks'}, ranked last.` : '';
  const place = columns.length > 1 ? `On the mean over ${columns.length} data sets` : `On ${columns[0].title}`;
  if (mean.tau.value === null) {
    const without = columns.filter((_, i) => ranking.columns[i].tau.value === null).map((column) => column.title);
    return `${title} gives no order on ${listed(without)}, where its values are equal or not valid, so ${columns.length > 1 ? 'its mean is' : 'it is'} not compared.${rest}`;
  }
  const compared = counts.map((id) => {
    const gain = mean.gains[id];
    const other = rankings.find((ranking) => ranking.id === id)!.mean.tau;
    return { verb: verbs[verdictOf(gain)], text: `counting ${titles[id]}${beyond(gain)} (${tauText(other)}; difference ${gainText(gain)})` };
  });
  const [first, second] = compared;
  const joint = first.verb !== second.verb ? `and ${second.verb}` : first.verb === verbs.open ? 'nor' : 'and';
  const text = `${first.verb} ${first.text} ${joint} ${second.text}`;
  return `${place}, ${title} (tau ${tauText(mean.tau)}) ${text}.${columns.length > 1 ? ` ${columnText(ranking, columns)}` : ''}${rest}`;
}

/** A score that is ahead, but not surely, is not said to be behind. */
function beyond(gain: Estimate): string {
  return verdictOf(gain) === 'open' && (gain.value ?? 0) > 0 ? ' beyond chance' : '';
}

/** Of how many columns it ranks better and worse, beyond chance. */
function columnText({ columns: own }: CorrelatedRanking, columns: readonly CorrelatedColumn[]): string {
  const named = (wanted: Verdict) => columns.filter((_, i) => {
    const verdicts = counts.map((id) => verdictOf(own[i].gains[id]));
    return wanted === 'better' ? verdicts.every((verdict) => verdict === 'better') : verdicts.some((verdict) => verdict === wanted);
  }).map(({ title }) => title);
  const [better, worse] = [named('better'), named('worse')];
  return `Better than both beyond chance on ${listed(better)}, worse than one of them on ${listed(worse)}.`;
}

const listed = (names: readonly string[]) => names.length === 0 ? 'none' : names.map((name) => name.replaceAll(',', '')).join(', ');

export const tauText = ({ value }: Estimate) => value === null ? 'undefined' : signed(value, 3);

function gainText({ value, interval }: Estimate): string {
  if (value === null) return 'undefined';
  return interval ? `${plus(value)}, ${plus(interval.low)} to ${plus(interval.high)}` : plus(value);
}

export const signed = (value: number, digits: number) => value.toFixed(digits).replace('-', '−');
const plus = (value: number) => `${value >= 0 ? '+' : ''}${signed(value, 3)}`;
