import type { OutputOf } from '../../../../core/api/contract/contract.ts';
import { formatCount, formatMacs, formatPercent } from '../../../format/index.ts';

export type TrainingEstimate = OutputOf<'trainings.estimate'>;

/** "epochs 1 to 40" of a phase that begins after `from` epochs. */
const epochsText = (from: number, to: number) => `${formatCount(from)} to ${formatCount(to)}`;

/** Phases with fewer tokens, and the one with all, line by line; none where there is but one. */
export function phaseRows({ phases }: Pick<TrainingEstimate, 'phases'>): { readonly epochs: string; readonly tokens: string; readonly macs: string }[] {
  if (phases.length < 2) return [];
  const whole = phases[phases.length - 1].macs;
  return phases.map(({ fromEpoch, toEpoch, stride, dilation, macs }) => ({
    epochs: epochsText(fromEpoch, toEpoch), tokens: `stride ${stride}, dilation ${dilation}`, macs: `${formatMacs(macs)} (${formatPercent(macs / whole, 0)})`,
  }));
}

/** "All of 5.2M learn", or how many do. */
export function trainedText({ params, trainedParams }: Pick<TrainingEstimate, 'params' | 'trainedParams'>, format: (count: number) => string): string {
  return trainedParams === params ? 'All of them learn' : `${format(trainedParams)} of them learn, the others stay as they begin`;
}
