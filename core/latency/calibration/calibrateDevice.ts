import { InputError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import type { Block } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';
import { macsBaseline, rooflineBaseline } from '../baselines.ts';
import { deviceModelFormat, deviceModelSchema, deviceModelVersion } from '../deviceModel.ts';
import type { DeviceModel, KindEntry } from '../deviceModel.ts';
import { crossValidateBaseline, evaluation } from '../evaluation.ts';
import type { Extrapolation } from '../extrapolation.ts';
import { latencyKindOf, latencyKinds } from '../features.ts';
import type { LatencyKind } from '../features.ts';
import { partsOf } from '../kindModel.ts';
import type { KindModel, Roofline } from '../kindModel.ts';
import { refuseRepeated } from '../measurements/parseMeasurements.ts';
import type { PlacedMeasurement } from '../measurements/parseMeasurements.ts';
import type { Target } from '../measurements/record.ts';
import { requireOneTarget, targetTitle } from '../measurements/target.ts';
import { rangesOf } from '../ranges.ts';
import { calibrateBlocks } from './calibrateBlocks.ts';
import { callTime, withoutCall } from './callTime.ts';
import { calibrationRows } from './calibrationRows.ts';
import type { CalibrationRows } from './calibrationRows.ts';
import { calibratedInterval, crossValidate } from './crossValidation.ts';
import type { KnownDevice } from './design.ts';
import { evidenceOf } from './evidenceOf.ts';
import { fitProblem, fitRows, kindsOfFit } from './fitMeasured.ts';
import { startingFrom } from './firstGuess.ts';
import { fitProbes } from './fitProbes.ts';
import { earlierModelPrior, probedDevicePrior } from './prior.ts';

const coverage = 0.9;

/** Beyond what was measured, by doubling: what the published phones' models erred at most when half of each range was held out (latency-models/README.md). */
const usualExtrapolation: Extrapolation = { keepsCorrection: false, logErrorPerOctave: 0.3 };

export interface CalibrationOptions {
  /** The model's name: lower-case letters, digits, ".", "_" and "-". */
  readonly name: string;
  /** How the model can be made again. */
  readonly command: string;
  readonly seed: string;
  /** Networks of the space that will be predicted: the interval speaks for them. */
  readonly reference: readonly Network[];
  /** Models of other devices to start from. */
  readonly known: readonly DeviceModel[];
  /** A model of the same target whose measurements are not among those to fit: it stands for them. */
  readonly earlier?: DeviceModel;
  readonly random: Random;
}

/**
 * A device model from measurements of one device, with its errors on networks that were held out.
 *
 * Blocks measured alone are fitted first, if there are any, starting from the known devices or else from typical rates;
 * what comes of it is the first guess for the whole networks, which have the last word.
 * Blocks without any whole network are added up (calibrateBlocks.ts).
 * @throws InputError `mixed-measurements` for more than one target, `too-few-networks`, `too-few-blocks`; `invalid-measurement` for
 *   one that is given twice
 */
export function calibrateDevice(placed: readonly PlacedMeasurement[], options: CalibrationOptions): DeviceModel {
  const { known, random } = options;
  const target = requireOneTarget(placed);
  // Files are free of repetitions, but one may be given twice.
  refuseRepeated(placed);
  const rows = calibrationRows(placed);
  if (rows.networks.length === 0) {
    if (options.earlier !== undefined) throw new InputError('too-few-networks', 'There are no measurements of whole networks; expected at least 3 to add to an earlier model.');
    const { speaksFor, method, ...fitted } = calibrateBlocks(rows.probes, options.reference, target, coverage, random);
    const head = headOf(placed, target, rows, options);
    return deviceModelSchema.parse({
      ...head, ...fitted, speaksFor: [...speaksFor, ...head.speaksFor], fit: { command: options.command, seed: options.seed, method }, baselines: [],
    });
  }
  const reference = options.reference.map(({ blocks }) => blocks);
  const { devices, prior, corrected, callMs } = firstGuess(rows, reference, options);

  const measured = [...rows.networks, ...rows.sections];
  const problem = fitProblem(measured, devices, prior, reference);
  const fit = fitRows(problem, measured.map((_, i) => i));
  const places = random.fork('parts').shuffled(rows.networks.map((_, i) => i));
  const heldOut = crossValidate(problem, places).sort((a, b) => a.place - b.place);
  const interval = calibratedInterval(problem, places, fit, reference.map((_, i) => measured.length + i), coverage);

  const measuredMs = heldOut.map(({ place }) => measured[place].latencyMs);
  const predictedMs = heldOut.map(({ predictedMs: ms }) => ms);
  const title = `${heldOut.length} measured networks, each predicted by a fit that never saw its latency`;
  const networks = { networks: rows.networks.map(({ network }) => network), latenciesMs: rows.networks.map(({ latencyMs }) => latencyMs) };
  const allBlocks = [...measured, ...rows.probes].flatMap(({ blocks }) => blocks);
  return deviceModelSchema.parse({
    ...headOf(placed, target, rows, options),
    fit: { command: options.command, seed: options.seed, method: methodText(prior.title, fit.freedom.noise, known, corrected, callMs) },
    evaluations: [evaluation(title, measuredMs, predictedMs)],
    baselines: [macsBaseline, rooflineBaseline].map((baseline) => crossValidateBaseline(baseline, networks, places)),
    heldOut: { title, pairs: measuredMs.map((ms, i) => [shortMs(ms), shortMs(predictedMs[i])]) },
    interval: {
      coverage, logHalfWidth: Number(interval.logHalfWidth.toPrecision(4)), networks: heldOut.length, method: interval.method,
      observedCoverage: Number(interval.observedCoverage.toFixed(4)),
    },
    kinds: entriesOf(kindsOfFit(problem, fit), allBlocks, known),
    fallback: fallbackOf(kindsOfFit(problem, fit)),
  });
}

/** What the model is of, whatever it was fitted with. */
function headOf(placed: readonly PlacedMeasurement[], target: Target, rows: CalibrationRows, { name }: CalibrationOptions) {
  const { device, systemOnChip, runtime, provider, precision, threads } = target;
  return {
    format: deviceModelFormat, version: deviceModelVersion, name,
    device: { title: device, ...(systemOnChip === undefined ? {} : { systemOnChip }) },
    runtime: {
      name: [runtime.name, runtime.version, runtime.build].filter((part) => part !== undefined).join(' '),
      processor: provider, precision, threads, notes: targetTitle(target),
    },
    measurements: {
      source: 'Calibration', licence: 'own measurements', blocks: rows.probes.length + rows.sections.length, networks: rows.networks.length,
      minutes: Number(rows.minutes.toFixed(2)),
      notes: rows.unknown > 0 ? `${rows.unknown} measurements of unknown files were left out.` : '',
      ...measuredOn(placed),
      evidence: evidenceOf(placed),
    },
    target,
    speaksFor: [
      `${targetTitle(target)}. Other devices, runtimes, builds, precisions and thread counts need a calibration of their own.`,
      'Latency for one image, as the measurements took it. The interval is about measurements like these; how the device varies from day to day is in it '
        + 'as far as they were taken on several days.',
    ],
    network: { scale: 1, biasMs: 0 },
  };
}

/** Where the fit of whole networks starts from. */
function firstGuess(rows: CalibrationRows, reference: readonly (readonly Block[])[], { known, earlier, random }: CalibrationOptions) {
  const others = [...[...rows.networks, ...rows.sections].map(({ blocks }) => blocks), ...reference];
  const blocks = [...rows.probes.map((probe) => probe.blocks), ...others].flat();
  // A device without a name is the device itself.
  const { devices, prior } = earlier === undefined ? startingFrom(known.map(({ name, kinds }) => ({ name, kinds: kinds as KnownDevice['kinds'] })), blocks)
    : startingFrom([{ kinds: earlier.kinds as KnownDevice['kinds'] }], blocks, earlierModelPrior);
  if (rows.probes.length === 0) return { devices, prior, corrected: [], callMs: 0 };
  const callMs = callTime(rows, devices, prior, random.fork('call'));
  const probed = fitProbes(withoutCall(rows.probes, callMs), devices, prior, others, random.fork('probes'));
  return { devices: [probed], prior: probedDevicePrior, corrected: probed.corrected, callMs };
}

/** Kinds as they stand in a file: only those that were measured, because nothing is known of how far the guess of others holds. */
function entriesOf(
  kinds: Partial<Record<LatencyKind, KindModel>>, blocks: readonly Block[], known: readonly DeviceModel[],
): Partial<Record<LatencyKind, KindEntry>> {
  const entries: Partial<Record<LatencyKind, KindEntry>> = {};
  for (const kind of latencyKinds) {
    const ofKind = blocks.filter((block) => latencyKindOf(block) === kind);
    const model = kinds[kind];
    if (ofKind.length === 0 || model === undefined) continue;
    entries[kind] = {
      measuredBlocks: ofKind.length, ...model as Pick<KindEntry, 'roofline'>,
      ranges: rangesOf(ofKind) as KindEntry['ranges'], extrapolation: extrapolationOf(kind, known),
    };
  }
  return entries;
}

/** A mixture of known devices errs beyond what was measured about as they do. */
function extrapolationOf(kind: LatencyKind, known: readonly DeviceModel[]): Extrapolation {
  const extrapolations = known.flatMap(({ kinds }) => (kinds[kind] === undefined ? [] : [kinds[kind].extrapolation]));
  if (extrapolations.length === 0) return usualExtrapolation;
  return {
    keepsCorrection: extrapolations.every(({ keepsCorrection }) => keepsCorrection),
    logErrorPerOctave: Math.max(...extrapolations.map(({ logErrorPerOctave }) => logErrorPerOctave)),
  };
}

/** For kinds that were not measured: the middle of what a unit of work costs in those that were. */
function fallbackOf(kinds: Partial<Record<LatencyKind, KindModel>>): Roofline {
  const costs = new Map<string, number[]>();
  for (const model of Object.values(kinds)) {
    const sums = new Map<string, number>();
    for (const { roofline } of partsOf(model)) {
      for (const [term, value] of Object.entries(roofline)) sums.set(term, value + (sums.get(term) ?? 0));
    }
    for (const [term, value] of sums) costs.set(term, [...costs.get(term) ?? [], value]);
  }
  return Object.fromEntries([...costs].map(([term, values]) => [term, values.sort((a, b) => a - b)[values.length >> 1]]));
}

function methodText(guess: string, noise: number, known: readonly DeviceModel[], corrected: readonly string[], callMs: number): string {
  const names = known.map(({ name }) => name).join(', ');
  return `Whole networks by non-negative least squares of relative errors on physical terms, drawn to a first guess (${guess}`
    + `${names === '' ? '' : `: ${names}`}) as far as makes the measurements most probable; left unexplained: ${(100 * noise).toFixed(1)} %.`
    + (callMs > 0 ? ` Of each block measured alone ${(1e3 * callMs).toPrecision(2)} µs are taken for the call, which a network pays once.` : '')
    + (corrected.length > 0 ? ` Boosted trees on blocks measured alone, for ${corrected.join(', ')}.` : '');
}

function measuredOn(placed: readonly PlacedMeasurement[]): { measuredOn?: string } {
  const last = placed.flatMap(({ measurement: { measuredAt } }) => (measuredAt === undefined ? [] : [measuredAt.slice(0, 10)])).sort().at(-1);
  return last === undefined ? {} : { measuredOn: last };
}

const shortMs = (ms: number) => Number(ms.toPrecision(4));
