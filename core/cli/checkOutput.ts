import type { Refit } from '../latency/calibration/refitDevice.ts';
import type { Check } from '../latency/checks/checks.ts';
import type { Judgement } from '../latency/checks/judge.ts';
import { differenceWords, type TargetMatch } from '../latency/checks/matchTarget.ts';
import { judgementText } from '../latency/checks/verdictText.ts';
import type { DeviceModel } from '../latency/deviceModel.ts';
import { flags } from '../latency/measurements/record.ts';
import { summariseRounds } from '../latency/measurements/statistics.ts';
import { targetTitle } from '../latency/measurements/target.ts';
import type { FailedEntry } from '../latency/protocol/entries.ts';
import { architectureId } from '../search/result.ts';
import { getSpace } from '../spaces/index.ts';
import type { DeviceChecks } from '../study/checks/studyChecks.ts';
import { ms } from '../study/frontsTable.ts';
import { tableLines } from './table.ts';

export interface MeasuredResult {
  readonly study: string;
  readonly device: string;
  readonly folder: string;
  readonly match: TargetMatch | undefined;
  readonly checks: readonly Check[];
  readonly failures: readonly FailedEntry[];
  readonly judgement: Judgement | undefined;
}

/** Predicted beside measured as plain JSON. */
export function checkRecord({ study, device, folder, match, checks, failures, judgement }: MeasuredResult): object {
  return {
    study, device, session: folder, target: checks[0]?.measurement.target ?? null, match: match ?? null,
    checks: checks.map(checkJson),
    failures: failures.map(({ model, code, message }) => ({ model, code, message })), judgement: judgement ?? null,
  };
}

function checkJson({ of, measurement: { latencyMs: measuredMs, spread, flags: doubts, timing, measuredAt }, latencyMs, lowMs, highMs, errorPercent, isInside }: Check): object {
  const { p10Ms, p90Ms } = timing.kind === 'runs' ? summariseRounds(timing.rounds) : timing;
  return {
    id: idOf({ of }), arch: of.arch, predicted: { latencyMs, lowMs, highMs }, measured: { latencyMs: measuredMs, p10Ms, p90Ms, spread, flags: doubts, measuredAt: measuredAt ?? null },
    errorPercent: Number(errorPercent.toFixed(3)), isInside,
  };
}

/** The same as a table with a sentence below. */
export function checkLines({ match, checks, failures, judgement }: MeasuredResult): string[] {
  const rows = checks.map(({ of, measurement, latencyMs, lowMs, highMs, errorPercent, isInside }) => {
    const { timing, latencyMs: measuredMs, spread } = measurement;
    const { p10Ms, p90Ms } = timing.kind === 'runs' ? summariseRounds(timing.rounds) : timing;
    return [
      idOf({ of }), ms(latencyMs), `${ms(lowMs)} to ${ms(highMs)}`, ms(measuredMs), p10Ms === undefined || p90Ms === undefined ? '' : `${ms(p10Ms)} to ${ms(p90Ms)}`,
      spread === null ? '' : `${(100 * spread).toFixed(1)} %`, `${errorPercent > 0 ? '+' : ''}${errorPercent.toFixed(1)} %`, isInside ? 'yes' : 'no', measurement.flags.join(', '),
    ];
  });
  const doubts = [...new Set(checks.flatMap(({ measurement }) => measurement.flags))];
  return [
    ...tableLines(columns, rows), '', ...checks.slice(0, 1).map(({ measurement }) => `Measured on ${targetTitle(measurement.target)}`), ...otherTargetLines(match),
    ...failures.map(({ message }) => message), ...(judgement === undefined ? [] : [judgementText(judgement)]), ...doubts.map((doubt) => `${doubt}: ${flags[doubt]}.`),
  ];
}

function otherTargetLines(match: TargetMatch | undefined): string[] {
  if (match === undefined) return ['The device model is of a published table, which does not tell what exactly was measured, so it is not judged by this.'];
  return match.foreign.length === 0 ? [] : [`The device model does not speak for this (${differenceWords(match.foreign)}), so it is not judged by it.`];
}

/** What a study has measured for its devices, in sentences: a line each, after an empty one. */
export function measuredLines(checks: readonly DeviceChecks[]): string[] {
  const lines = checks.flatMap(({ device, targets, isChanged, problem }) => [
    ...(isChanged ? [`${device}: its device model has changed since the search, whose latencies are shown here; "report --with" shows the fronts with another model.`] : []),
    ...(problem === undefined ? [] : [`${device}: what was measured cannot be read: ${problem}`]),
    ...targets.map(({ target, match, checks: measured, judgement }) => `${device}, ${targetTitle(target)}: `
      + (judgement === undefined ? [`${measured.length} measured.`, ...otherTargetLines(match)].join(' ') : judgementText(judgement))),
  ]);
  return lines.length === 0 ? [] : ['', ...lines];
}

/** The same as plain JSON. */
export function measuredRecord({ device, targets, isChanged, problem }: DeviceChecks): object {
  return {
    device, isChanged, problem: problem ?? null,
    targets: targets.map(({ target, match, checks, judgement }) => ({ target, match: match ?? null, checks: checks.map(checkJson), judgement: judgement ?? null })),
  };
}

/** What a refit rests on, and what it is worth. */
export function refitText({ isFromMeasurements, added, comparison }: Refit, { name }: DeviceModel): string {
  const measurements = `${added} ${added === 1 ? 'measurement' : 'measurements'}`;
  const errors = comparison === null ? '' : ` On ${comparison.before.count} networks measured since, each unknown to what predicts it, the mean error was ${comparison.before.mapePercent.toFixed(1)} % and is `
    + `${comparison.after.mapePercent.toFixed(1)} %.`;
  return (isFromMeasurements ? `All that ${name} was fitted to and ${measurements} more are fitted anew.`
    : `${measurements} added to ${name}, which stands for what it was fitted to.`) + errors;
}

/** As the study's fronts have it. */
const idOf = ({ of }: Pick<Check, 'of'>) => {
  const space = getSpace(of.space);
  return architectureId(space.key(space.parse(of.arch)));
};

const columns = [
  { title: 'id', align: 'left' }, { title: 'predicted', align: 'right' }, { title: 'interval', align: 'right' }, { title: 'measured', align: 'right' },
  { title: 'p10 to p90', align: 'right' }, { title: 'rounds apart', align: 'right' }, { title: 'error', align: 'right' }, { title: 'inside', align: 'left' },
  { title: 'doubts', align: 'left' },
] as const;
