import type { Judgement } from './judge.ts';

/** A judgement in one sentence, for people: "5 measured: mean error 2.1 %, 5 of 5 inside their intervals, Kendall's tau 0.80. The model fits." */
export function judgementText(judgement: Judgement): string {
  const { networks, doubtful, inside, errors } = judgement;
  const left = doubtful === 0 ? '' : `; ${doubtful} more ${doubtful === 1 ? 'is' : 'are'} not judged, because rounds disagree`;
  if (errors === null) return `${doubtful} measured, none of which can be judged, because rounds disagree. ${verdictText(judgement)}`;
  const rank = Number.isFinite(errors.kendallTau) ? `, Kendall's tau ${errors.kendallTau.toFixed(2)}` : '';
  return `${networks} measured: mean error ${errors.mapePercent.toFixed(1)} %, ${inside} of ${networks} inside their intervals${rank}${left}. ${verdictText(judgement)}`;
}

/** The verdict with its reasons: "The model is stale: 4 of 5 ..." */
export function verdictText({ verdict, reasons }: Judgement): string {
  const because = reasons.map(({ text }) => text).join('; ');
  switch (verdict) {
    case 'fits': return 'The model fits.';
    case 'untested': return 'The model is untested.';
    case 'biased': return `The model is biased, within its interval: ${because}.`;
    case 'stale': return `The model is stale: ${because}. Calibrate again, or add these measurements to it.`;
  }
}
