import type { Device } from '../../../../core/api/contract/types.ts';
import { errorText, shareText, within } from '../deviceText.ts';

export interface Verdict {
  readonly level: 'good' | 'fair' | 'poor' | 'unknown';
  readonly title: string;
  /** What the figures say, the main one first. */
  readonly sentences: readonly string[];
  /** What to do about it; empty when nothing has to be done. */
  readonly advice: string;
}

/** With fewer networks held out, the figures themselves are rough. */
const fewNetworks = 10;
/** A budget kept to a twentieth, and the aim of nine networks in ten within a tenth. */
const good = { mapePercent: 5, within10: 90 } as const;
/** What still orders architectures rightly. */
const fair = { mapePercent: 10, kendallTau: 0.85 } as const;

/** How far a device model can be trusted, in plain words, from its errors on what a fit had never seen. */
export function verdictOf({ evaluations: [main], baselines, interval, measurements }: Pick<Device, 'evaluations' | 'baselines' | 'interval'> & { readonly measurements: Pick<Device['measurements'], 'networks'> }): Verdict {
  if (main === undefined) {
    return { level: 'unknown', title: 'Its error is not known', sentences: ['The model’s file holds no comparison with measurements.'], advice: 'Calibrate the device to find out.' };
  }
  const { errors } = main;
  const { count, mapePercent, worstPercent, kendallTau } = errors;
  const within10 = within(errors, 10) ?? 0;
  const isOfBlocks = measurements.networks === 0;
  const level = !isOfBlocks && mapePercent <= good.mapePercent && within10 >= good.within10 ? 'good' : mapePercent <= fair.mapePercent || (kendallTau ?? 0) >= fair.kendallTau ? 'fair' : 'poor';
  const best = baselines.reduce<(typeof baselines)[number] | undefined>((least, each) => (least === undefined || each.errors.mapePercent < least.errors.mapePercent ? each : least), undefined);
  const isBeaten = best !== undefined && best.errors.mapePercent <= mapePercent;
  const shortfall = interval.coverage - interval.observedCoverage;
  const titles = {
    good: 'You can rely on it', fair: 'Good for comparing architectures, less so for exact budgets', poor: 'Do not rely on it yet',
  };
  const sentences = [
    isOfBlocks ? `Only blocks alone were measured. ${count} sums of them, like random networks, were predicted ${errorText(mapePercent)} off on average, ${errorText(worstPercent)} at worst; `
        + 'how whole networks differ from such sums is assumed, not known.'
      : `Each of ${count} measured networks was predicted by a fit that had never seen it: ${errorText(mapePercent)} off on average, ${errorText(worstPercent)} at worst, ${shareText(within10)} of them within 10 %.`,
    ...(best === undefined ? [] : [isBeaten
      ? `That is no better than ${simpleMeans(best.title)}, which would be ${errorText(best.errors.mapePercent)} off.`
      : `The best of the simpler means, ${simpleMeans(best.title)}, would be ${errorText(best.errors.mapePercent)} off.`]),
    ...(count < fewNetworks ? [`With ${count} networks these figures are rough themselves.`] : []),
    ...(shortfall > 0.1 ? [`Its interval held in ${shareText(100 * interval.observedCoverage)} of cases, less than the ${Math.round(100 * interval.coverage)} % that it aims at: budgets by its upper end are not safe.`] : []),
  ];
  return { level, title: titles[level], sentences, advice: isOfBlocks ? 'Measure some whole networks: they tell how blocks behave together.' : adviceFor(level, count, isBeaten) };
}

function adviceFor(level: 'good' | 'fair' | 'poor', count: number, isBeaten: boolean): string {
  if (level === 'good' && count >= fewNetworks && !isBeaten) return '';
  if (level === 'poor' && count >= 4 * fewNetworks) return 'So many networks should do better: the device was probably not at rest. Look at what was rejected, close other programs, and measure anew.';
  return 'Measure more networks: what was measured is kept, and the next ones are those that tell most beside it.';
}

/** "Fitted to the MACs alone, 12 measured networks…" as a few words. */
const simpleMeans = (title: string) => {
  const [words] = title.split(/[,:]/);
  return words[0].toLowerCase() === words[0] || /^[A-Z]{2}/.test(words) ? words : words[0].toLowerCase() + words.slice(1);
};
