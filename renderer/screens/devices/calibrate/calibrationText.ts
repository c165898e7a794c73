import type { CalibrationView, Job, MeasuringState } from '../../../../core/api/contract/types.ts';
import { formatPercent } from '../../../format/index.ts';
import { isOver } from '../../../stores/jobs.ts';

export const ways = {
  host: { title: 'This computer', hint: 'With onnxruntime-node, in a process of its own' },
  browser: { title: 'Any phone, in its browser', hint: 'A page that the phone opens from a code; nothing to install' },
  adb: { title: 'Android phone over USB', hint: 'With adb and your own build of onnxruntime_perf_test' },
  import: { title: 'Import a file', hint: 'What other tools measured: profiles, benchmarks, tables' },
} as const;
export type WayId = keyof typeof ways;

/** The state of a device of one's own as the kit's badges know it. */
export function stateOf(calibration: CalibrationView, job: Job | undefined): string {
  if (job !== undefined && !isOver(job)) return job.state;
  if (calibration.runsElsewhere) return 'running';
  if (job !== undefined && ['failed', 'crashed'].includes(job.state) && needsWork(calibration)) return job.state;
  if (!needsWork(calibration)) return 'done';
  return calibration.parts.some(({ measured, isExported }) => measured !== null || isExported) ? 'interrupted' : 'created';
}

/** Whether something is left to export, measure or fit for the first time. What a refit could add is no work that is left. */
export function needsWork({ model, parts, problem }: CalibrationView): boolean {
  return problem !== null || model === null || parts.some(({ measured }) => !measured?.isFinished);
}

/** Rounds of all its sets together; a set that has not begun counts none. */
export function roundsOf({ parts }: CalibrationView): { done: number; total: number } {
  return parts.reduce((sum, { measured }) => ({ done: sum.done + (measured?.done ?? 0), total: sum.total + (measured?.total ?? 0) }), { done: 0, total: 0 });
}

/** What the files' precision does to the networks' answers, and where int8 has its ranges from; empty in float32. */
export function precisionWords({ parts, setup }: Pick<CalibrationView, 'parts' | 'setup'>): string {
  const known = parts.filter(({ difference }) => difference !== null);
  if (known.length === 0) return '';
  const worst = Math.max(...known.map(({ difference }) => difference!.worstPercent));
  const [{ difference, ranges }] = known;
  return `In ${setup?.precision}, logits of the networks, which are untrained, differ from float32 by ${difference!.medianPercent.toFixed(1)} % of the largest (median), at most ${worst.toFixed(1)} %.`
    + (ranges === null ? '' : ` Activations have their ranges from ${ranges}.`);
}

/** The session that is measured now, or was last; undefined before the first. */
export function currentSession({ parts }: CalibrationView): string | undefined {
  return (parts.find(({ measured }) => !measured?.isFinished) ?? parts.at(-1))?.session;
}

export interface WalkStep {
  readonly id: 'choose' | 'connect' | 'measure' | 'fit' | 'judge';
  readonly title: string;
  readonly note: string;
  readonly state: 'done' | 'now' | 'later';
}

/** The way from nothing to a device model, and how far it has come. */
export function walkSteps(calibration: CalibrationView, job: Job | undefined): WalkStep[] {
  const { parts, model, setup, isStale } = calibration;
  const rounds = roundsOf(calibration);
  const isExported = parts.every((part) => part.isExported);
  const isMeasured = parts.every(({ measured }) => measured?.isFinished);
  const isFitted = model !== null && !isStale;
  const awaitsPhone = job?.page?.isOpened === false;
  const networks = parts.reduce((sum, part) => sum + part.networks, 0);
  const probes = parts.reduce((sum, part) => sum + part.probes, 0);
  const steps: (Omit<WalkStep, 'state'> & { isDone: boolean })[] = setup?.way === 'import' ? [] : [
    { id: 'choose', title: 'Choose models', note: `${networks} networks${probes > 0 ? `, ${probes} blocks` : ''}`, isDone: isExported },
    { id: 'connect', title: 'Connect', note: setup?.where ?? '', isDone: isExported && !awaitsPhone && (rounds.done > 0 || isMeasured) },
    { id: 'measure', title: 'Measure', note: rounds.total > 0 ? `${rounds.done} of ${rounds.total} rounds` : '', isDone: isMeasured },
  ];
  steps.push(
    { id: 'fit', title: 'Fit', note: isFitted ? 'Fitted' : model !== null ? 'Measured since: refit' : '', isDone: isFitted },
    { id: 'judge', title: 'Judge', note: isFitted ? 'See below' : '', isDone: isFitted },
  );
  const now = steps.findIndex(({ isDone }) => !isDone);
  return steps.map(({ isDone: _, ...step }, i) => ({ ...step, state: now < 0 || i < now ? 'done' : i === now ? 'now' : 'later' }));
}

/** What did not count, paused or failed, as sentences, newest first. */
export function incidents({ rejected, pauses, failures }: MeasuringState): string[] {
  const moments = [
    ...rejected.map(({ rounds, why, share, models }) => ({
      rounds,
      text: why === 'drift'
        ? `After round ${rounds}: the reference model had moved by ${formatPercent(share)}; ${models.length} ${models.length === 1 ? 'round is' : 'rounds are'} measured again.`
        : `After round ${rounds}: the rounds of ${models.join(', ')} lie ${formatPercent(share)} apart; they are measured again, or kept with a doubt.`,
    })),
    ...pauses.map(({ rounds, seconds, why }) => ({ rounds, text: `After round ${rounds}: a rest of ${seconds} s, ${why === 'drift' ? 'because the device was not as at the start' : 'because the device was too warm'}.` })),
  ].sort((a, b) => b.rounds - a.rounds).map(({ text }) => text);
  return [...failures.map(({ model, message }) => (message.includes(model) ? message : `${model}: ${message}`)), ...moments];
}
