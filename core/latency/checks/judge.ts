import { binomialUpperTail, studentQuantile } from '../../base/distributions.ts';
import type { DeviceModel } from '../deviceModel.ts';
import { errorReport, mean } from '../errorReport.ts';
import type { ErrorReport } from '../errorReport.ts';
import { median } from '../measurements/statistics.ts';
import { targetTitle } from '../measurements/target.ts';
import { defaultProtocol } from '../protocol/settings.ts';
import type { Check, TargetChecks } from './checks.ts';
import { differenceWords } from './matchTarget.ts';

/** Errors of the first kind that a judgement allows itself. */
export const judgementLevel = 0.05;
/** Less is no bias worth a word: sessions on one device differ as much. */
const leastBiasPercent = 1;

export type Verdict = 'fits' | 'biased' | 'stale' | 'untested';

export interface Reason {
  readonly code: 'outside-interval' | 'biased' | 'reference-moved' | 'updated';
  readonly text: string;
}

/** What measurements of one target say of a device model. Follows from model and records alone. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly target: string;
  /** Day of the latest measurement, where it is told. */
  readonly measuredOn?: string;
  /** Networks that count; doubtful measurements do not. */
  readonly networks: number;
  readonly doubtful: number;
  readonly inside: number;
  /** Probability that a model whose interval keeps its promise has at least so many outside. */
  readonly chance: number;
  /** How much slower than predicted the device is in the geometric mean, with a 95 % confidence interval from three networks on. */
  readonly bias: { readonly percent: number; readonly lowPercent?: number; readonly highPercent?: number } | null;
  readonly errors: ErrorReport | null;
  readonly reasons: readonly Reason[];
}

/**
 * Judges a model by networks that were measured after it had predicted them.
 *
 * - More of them outside the interval than chance allows: the one-sided binomial test at 5 %, each being outside with
 *   probability 1 - coverage.
 * - Biased: the 95 % confidence interval (Student's t) of the mean of log(measured / predicted) excludes 0, and the mean is beyond 1 %.
 * - The reference model moved: a session began with it further from the calibration's time than a session's drift gate allows.
 * - Updated: the runtime's version or build, or the system, is another than at calibration.
 *
 * All but a bias within the interval make the model stale.
 * @returns undefined where the model does not speak for the target
 */
export function judge(model: DeviceModel, { target, match, checks }: TargetChecks): Judgement | undefined {
  if (match === undefined || match.foreign.length > 0) return undefined;
  const counted = checks.filter(({ isDoubtful }) => !isDoubtful);
  const inside = counted.filter(({ isInside }) => isInside).length;
  const chance = binomialUpperTail(counted.length - inside, counted.length, 1 - model.interval.coverage);
  const bias = biasOf(counted);
  const reasons: Reason[] = [];
  if (chance < judgementLevel) {
    reasons.push({ code: 'outside-interval', text: `${counted.length - inside} of ${counted.length} measured networks lie outside their ${percent(model.interval.coverage)} interval, `
      + `which chance alone makes of a good model in ${shortPercent(100 * chance)} of cases` });
  }
  const moved = movedReference(model, checks);
  if (moved !== undefined) {
    reasons.push({ code: 'reference-moved', text: `the reference model takes ${moved.toFixed(2)} times what it took at calibration` });
  }
  if (match.updated.length > 0) reasons.push({ code: 'updated', text: `${differenceWords(match.updated)} since calibration` });
  const isStale = reasons.length > 0;
  if (bias !== null && isSure(bias)) {
    reasons.push({ code: 'biased', text: `the device is ${shortPercent(Math.abs(bias.percent))} ${bias.percent > 0 ? 'slower' : 'faster'} than predicted on average` });
  }
  const measuredOn = checks.flatMap(({ measurement: { measuredAt } }) => measuredAt?.slice(0, 10) ?? []).sort().at(-1);
  return {
    verdict: isStale ? 'stale' : reasons.length > 0 ? 'biased' : counted.length > 0 ? 'fits' : 'untested',
    target: targetTitle(target), ...(measuredOn !== undefined && { measuredOn }),
    networks: counted.length, doubtful: checks.length - counted.length, inside, chance, bias,
    errors: counted.length === 0 ? null : errorReport(counted.map(({ measurement }) => measurement.latencyMs), counted.map(({ latencyMs }) => latencyMs)),
    reasons,
  };
}

function biasOf(checks: readonly Check[]): Judgement['bias'] {
  if (checks.length === 0) return null;
  const logs = checks.map(({ measurement, latencyMs }) => Math.log(measurement.latencyMs / latencyMs));
  const middle = mean(logs);
  const asPercent = (log: number) => 100 * (Math.exp(log) - 1);
  if (logs.length < 3) return { percent: asPercent(middle) };
  const deviation = Math.sqrt(logs.reduce((sum, log) => sum + (log - middle) ** 2, 0) / (logs.length - 1));
  const half = studentQuantile(0.95, logs.length - 1) * deviation / Math.sqrt(logs.length);
  return { percent: asPercent(middle), lowPercent: asPercent(middle - half), highPercent: asPercent(middle + half) };
}

function isSure({ percent: middle, lowPercent, highPercent }: NonNullable<Judgement['bias']>): boolean {
  return lowPercent !== undefined && highPercent !== undefined && lowPercent * highPercent > 0 && Math.abs(middle) >= leastBiasPercent;
}

/** The reference model's latency in the latest session relative to that of calibration, where it moved beyond the drift gate. */
function movedReference(model: DeviceModel, checks: readonly Check[]): number | undefined {
  const latest = checks.toSorted((a, b) => ((a.measurement.measuredAt ?? '') < (b.measurement.measuredAt ?? '') ? -1 : 1))
    .findLast(({ measurement }) => measurement.reference !== undefined)?.measurement.reference;
  if (latest === undefined) return undefined;
  const calibrated = (model.measurements.evidence ?? []).flatMap(({ reference }) => (reference?.sha256 === latest.sha256 ? [reference.medianMs] : []));
  if (calibrated.length === 0) return undefined;
  const ratio = latest.medianMs / median(calibrated);
  return Math.max(ratio, 1 / ratio) > 1 + defaultProtocol.maxDrift ? ratio : undefined;
}

const percent = (share: number) => `${Math.round(100 * share)} %`;
const shortPercent = (value: number) => `${value < 0.1 ? 'less than 0.1' : value < 10 ? value.toFixed(1) : value.toFixed(0)} %`;
