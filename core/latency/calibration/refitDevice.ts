import { InputError } from '../../base/errors.ts';
import { differenceWords } from '../checks/matchTarget.ts';
import type { DeviceModel, Evidence, KindEntry } from '../deviceModel.ts';
import { errorReport, type ErrorReport } from '../errorReport.ts';
import { latencyKinds } from '../features.ts';
import type { PlacedMeasurement } from '../measurements/parseMeasurements.ts';
import { networkOf } from '../measurements/subject.ts';
import { targetDifferences } from '../measurements/target.ts';
import { modelHash } from '../modelHash.ts';
import { predictLatency } from '../predict.ts';
import { calibrateDevice } from './calibrateDevice.ts';
import type { CalibrationOptions } from './calibrateDevice.ts';

export interface Refit {
  readonly model: DeviceModel;
  /** All that the earlier model was fitted to was there and was fitted anew; otherwise the earlier model stands for it. */
  readonly isFromMeasurements: boolean;
  /** Measurements that the earlier model did not know. */
  readonly added: number;
  /** Both models on the networks that were measured since; null where there are none. */
  readonly comparison: RefitComparison | null;
}

/** Errors on the same networks, of which neither prediction knew the latency. */
export interface RefitComparison {
  /** Of the earlier model, which has never seen them. */
  readonly before: ErrorReport;
  /** Of the refit, each network predicted by a fit without it. */
  readonly after: ErrorReport;
}

/**
 * A device model with further measurements of the same target. Where the earlier model's own measurements are among the
 * given ones, everything is fitted anew; else the earlier model is the first guess, from which the device may have moved
 * somewhat (`earlierModelPrior`), and those of its sessions that are given are left out, because it knows them already.
 * The result lists the evidence of both, and errs and bounds as a calibration of the fitted networks does.
 * @throws InputError `mixed-measurements` for another target than the earlier model's, an update of its system or runtime
 * among them; `no-target` for models of published tables; `nothing-new`; `too-few-networks`
 */
export function refitDevice(earlier: DeviceModel, placed: readonly PlacedMeasurement[], options: Omit<CalibrationOptions, 'earlier'>): Refit {
  requireTarget(earlier, placed);
  const evidence = earlier.measurements.evidence ?? [];
  const known = new Set(evidence.flatMap(({ session }) => session ?? []));
  const fresh = placed.filter(({ measurement: { session } }) => session === undefined || !known.has(session));
  const grown = grownBy(evidence, placed);
  if (fresh.length + grown === 0) throw new InputError('nothing-new', `All of these measurements are known to ${earlier.name} already; expected further ones.`);
  const given = new Set(placed.map(({ measurement: { session } }) => session));
  if (evidence.length > 0 && evidence.every(({ session, throughModel }) => session !== undefined && throughModel === undefined && given.has(session))) {
    const model = calibrateDevice(placed, options);
    return { model, isFromMeasurements: true, added: fresh.length + grown, comparison: comparisonOf(earlier, placed, known, model) };
  }
  // Which measurements of a session that went on the earlier model knows, it does not tell.
  if (fresh.length === 0) throw new InputError('nothing-new', `${earlier.name} knows some of these sessions; expected all of those that it was fitted to, or further ones.`);
  const fit = calibrateDevice(fresh, { ...options, known: [], earlier });
  return { model: joined(earlier, fit), isFromMeasurements: false, added: fresh.length, comparison: comparisonOf(earlier, fresh, known, fit) };
}

/** Measurements of sessions that went on after the earlier model was fitted to what they had brought until then. */
function grownBy(evidence: readonly Evidence[], placed: readonly PlacedMeasurement[]): number {
  return evidence.reduce((sum, { session, networks, parts }) => {
    const given = placed.filter(({ measurement }) => session !== undefined && measurement.session === session && measurement.of.kind !== 'unknown').length;
    return sum + Math.max(0, given - networks - parts);
  }, 0);
}

/** @param fit of `placed`: its held-out pairs are of their networks, in the order of their first measurement */
function comparisonOf(earlier: DeviceModel, placed: readonly PlacedMeasurement[], known: ReadonlySet<string>, { heldOut }: DeviceModel): RefitComparison | null {
  const networks = new Map<string, { readonly earlierMs: number; isKnown: boolean }>();
  for (const { measurement: { of, flags, session } } of placed) {
    if (of.kind !== 'network' || flags.includes('profiled')) continue;
    const key = JSON.stringify(of);
    const network = networks.get(key) ?? { earlierMs: predictLatency(earlier, networkOf(of)).latencyMs, isKnown: false };
    network.isKnown ||= session !== undefined && known.has(session);
    networks.set(key, network);
  }
  const compared = [...networks.values()].flatMap(({ earlierMs, isKnown }, i) => (isKnown || heldOut === undefined ? [] : [[earlierMs, ...heldOut.pairs[i]]]));
  if (compared.length === 0) return null;
  const measuredMs = compared.map(([, measured]) => measured);
  return { before: errorReport(measuredMs, compared.map(([earlierMs]) => earlierMs)), after: errorReport(measuredMs, compared.map(([, , refitMs]) => refitMs)) };
}

function requireTarget({ name, target }: DeviceModel, placed: readonly PlacedMeasurement[]): void {
  if (target === undefined) {
    throw new InputError('no-target', `${name} is a model of a published table and does not tell what exactly was measured, so nothing can be added to it; calibrate the device, with this model as a known one to start from.`);
  }
  for (const { measurement, place } of placed) {
    const differences = targetDifferences(target, measurement.target);
    if (differences.length === 0) continue;
    throw new InputError('mixed-measurements', `${place}: is of another target than ${name} (${differenceWords(differences)}); expected measurements of the same device, runtime and `
      + 'setting. For others, calibrate anew, with the model as a known device.');
  }
}

/** What the earlier model knows besides: kinds that were not measured again, wider ranges, its evidence. */
function joined(earlier: DeviceModel, fit: DeviceModel): DeviceModel {
  const kinds: DeviceModel['kinds'] = {};
  for (const kind of latencyKinds) {
    const entry = joinedKind(earlier.kinds[kind], fit.kinds[kind]);
    if (entry) kinds[kind] = entry;
  }
  const { measurements: before } = earlier;
  const { measurements: now } = fit;
  const throughModel = modelHash(earlier);
  const sum = (field: 'networks' | 'blocks') => before[field] + now[field];
  return {
    ...fit, kinds,
    measurements: {
      ...now, networks: sum('networks'), blocks: sum('blocks'), minutes: Number(((before.minutes ?? 0) + (now.minutes ?? 0)).toFixed(2)),
      notes: [now.notes, `${before.networks} networks and ${before.blocks} blocks are known through the earlier model ${earlier.name} alone.`].filter((note) => note !== '').join(' '),
      evidence: [...(before.evidence ?? []).map((each): Evidence => ({ throughModel, ...each })), ...now.evidence ?? []],
    },
  };
}

function joinedKind(before: KindEntry | undefined, now: KindEntry | undefined): KindEntry | undefined {
  if (before === undefined || now === undefined) return before ?? now;
  const ranges = { ...before.ranges };
  for (const [feature, [low, high]] of Object.entries(now.ranges)) {
    const [least, most] = ranges[feature] ?? [low, high];
    ranges[feature] = [Math.min(least, low), Math.max(most, high)];
  }
  return { ...now, measuredBlocks: before.measuredBlocks + now.measuredBlocks, ranges, extrapolation: before.extrapolation };
}
