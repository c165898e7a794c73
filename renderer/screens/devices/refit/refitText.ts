import { errorText } from '../deviceText.ts';
import type { Refit } from './useRefit.ts';

export interface RefitRow {
  readonly title: string;
  readonly hint: string;
  readonly before: string;
  readonly after: string;
  /** The smaller is the better one, by enough to show. */
  readonly better: 'before' | 'after' | null;
}

const of = (title: string, hint: string, before: number, after: number): RefitRow => {
  const [left, right] = [errorText(before), errorText(after)];
  return { title, hint, before: left, after: right, better: left === right ? null : before < after ? 'before' : 'after' };
};

/** Errors and interval before and after, the fairest comparison first. */
export function refitRows({ before, after, comparison }: Pick<Refit, 'before' | 'after' | 'comparison'>): RefitRow[] {
  return [
    ...(comparison === null ? [] : [
      of(`Mean error on ${networks(comparison.networks)} measured since`, 'Predicted by the present model, which has never seen them, and by fits of the refit without the one that is predicted',
        comparison.before.mapePercent, comparison.after.mapePercent),
      of('Worst of these', '', comparison.before.worstPercent, comparison.after.worstPercent),
    ]),
    of('Mean error on what each was fitted to', `Held out: ${networks(before.networks)} before, ${networks(after.networks)} now`, before.mapePercent, after.mapePercent),
    of('Half of the interval', 'How far off 90 in 100 measurements are expected to be at most', before.intervalPercent, after.intervalPercent),
  ];
}

/** What the refit rests on. */
export function refitWords({ added, isFromMeasurements }: Pick<Refit, 'added' | 'isFromMeasurements'>): string {
  const measurements = `${added} ${added === 1 ? 'measurement' : 'measurements'}`;
  return isFromMeasurements ? `All that the present model was fitted to and ${measurements} more are fitted anew.`
    : `${measurements} ${added === 1 ? 'is' : 'are'} added; the present model stands for what it was fitted to.`;
}

/** Advice where the refit errs more than what is there. */
export function refitWarning(refit: Pick<Refit, 'before' | 'after' | 'comparison'>): string {
  return refit.comparison !== null && refitRows(refit)[0].better === 'before'
    ? 'The refit errs more on what was measured since. Measure more before you take it, or keep the present model.' : '';
}

/** Who goes on with the present model. */
export function studiesWords(studies: readonly string[]): string {
  if (studies.length === 0) return 'No study of your library uses the present model.';
  const [names, more] = [studies.slice(0, 3).join(', '), studies.length - 3];
  return `${names}${more > 0 ? ` and ${more} more` : ''} ${studies.length === 1 ? 'uses' : 'use'} the present model.`;
}

const networks = (count: number) => `${count} ${count === 1 ? 'network' : 'networks'}`;
