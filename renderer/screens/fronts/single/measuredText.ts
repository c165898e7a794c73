import { formatMs } from '../../../format/index.ts';
import type { Tone } from '../../../kit/types.ts';
import type { MeasuredDevice, MeasuredRow } from './useMeasured.ts';

type Verdict = MeasuredDevice['state']['verdict'];

const words: Readonly<Record<Verdict, string>> = { fits: 'model fits', biased: 'model biased', stale: 'model stale', untested: 'model untested' };
const tones: Readonly<Record<Verdict, Tone>> = { fits: 'success', biased: 'warning', stale: 'danger', untested: 'neutral' };

export const verdictWord = (verdict: Verdict): string => words[verdict];
export const verdictTone = (verdict: Verdict): Tone => tones[verdict];

/** "21.3 ms, 4.1 % more" where it took longer than predicted; "doubtful" where its rounds disagree. */
export function measuredText({ measuredMs, predictedMs, isDoubtful }: MeasuredRow): string {
  const more = 100 * (measuredMs / predictedMs - 1);
  return `${formatMs(measuredMs)}, ${Math.abs(more).toFixed(1)} % ${more < 0 ? 'less' : 'more'}${isDoubtful ? ', doubtful' : ''}`;
}

/** What a table cell cannot hold. */
export function measuredTitle({ lowMs, highMs, isInside, isDoubtful }: MeasuredRow): string {
  return `Predicted ${formatMs(lowMs, { unit: false })} to ${formatMs(highMs)}: the measurement is ${isInside ? 'inside' : 'outside'}.${isDoubtful ? ' Its rounds disagree, so it is doubtful.' : ''}`;
}
