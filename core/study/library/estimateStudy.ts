import { Random } from '../../base/random.ts';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import { predictLatency } from '../../latency/predict.ts';
import { networkParams } from '../../network/blockGraph.ts';
import { networkMacs } from '../../network/counts.ts';
import type { Network } from '../../network/network.ts';
import { plannedEvaluations } from '../../search/settings.ts';
import { getSpace } from '../../spaces/index.ts';
import { searchSettingsOf } from '../studyFile.ts';
import type { StudySettings } from '../studyFile.ts';
import { studyClasses } from './studyClasses.ts';
import { deviceOf } from './studyDevices.ts';

/** A quantity over a space. */
export interface Spread {
  /** Of the smallest and of the largest architecture. */
  readonly min: number;
  readonly max: number;
  /** 0, 5, ..., 100 % of uniformly sampled architectures. */
  readonly quantiles: number[];
}

export interface DeviceEstimate {
  readonly device: string;
  readonly latencyMs: Spread;
  /** Some blocks of the largest or smallest network lie outside what the device's model was fitted to. */
  readonly extrapolated: boolean;
  /** Share of sampled architectures within the device's limit; null without one. */
  readonly withinLimit: number | null;
}

export interface StudyEstimate {
  /** Distinct architectures, as digits: it can exceed what numbers hold. */
  readonly architectures: string;
  /** Of one image. */
  readonly macs: Spread;
  readonly params: Spread;
  readonly latencies: DeviceEstimate[];
  /** Evaluations that the search can ask for. */
  readonly plannedEvaluations: number;
  /** Null where nothing is trained. */
  readonly trainingSteps: number | null;
  /** Null when they would have to be counted, or there are none. */
  readonly trainImages: number | null;
  readonly notes: string[];
}

/** So many that a share is known to about 7 percent points (one standard error at one half). */
const samples = 48;
/** Counting parameters takes longer than everything else, and nobody needs them as exactly. */
const countedForParams = 16;

interface SpaceSample {
  readonly ends: readonly [Network, Network];
  readonly networks: readonly Network[];
  readonly macs: Spread;
  readonly params: Spread;
}

const sampleCache = new Map<string, SpaceSample>();
const latencyCache = new WeakMap<DeviceModel, Map<SpaceSample, SampledLatencies>>();
const maxCached = 20;

/**
 * What a study would look at, from the same sample of architectures every time.
 * @param baseDir that relative paths start from.
 * @throws InputError as loadDevice
 */
export async function estimateStudy(settings: StudySettings, baseDir: string): Promise<StudyEstimate> {
  const space = getSpace(settings.space);
  const classes = await studyClasses(settings, baseDir);
  const sample = sampleOf(settings.space, classes ?? space.defaultClasses);
  const models = settings.devices.map((choice) => deviceOf(choice, baseDir));
  const latencies = models.map((model, i): DeviceEstimate => {
    const { spread, predictions, extrapolated } = latenciesOf(model, sample);
    const choice = settings.devices[i];
    const maxMs = 'maxMs' in choice ? choice.maxMs : undefined;
    const within = predictions.filter((prediction) => prediction[settings.search.constrain] <= (maxMs ?? Infinity)).length;
    return { device: model.name, latencyMs: spread, extrapolated, withinLimit: maxMs === undefined ? null : within / predictions.length };
  });
  const planned = plannedEvaluations(searchSettingsOf(settings, models.map(({ name }) => name)));
  return {
    architectures: String(space.size), macs: sample.macs, params: sample.params, latencies,
    plannedEvaluations: space.size < BigInt(planned) ? Number(space.size) : planned,
    trainingSteps: settings.training?.steps ?? null,
    trainImages: settings.data?.kind === 'synthetic' ? settings.data.trainImages : null,
    notes: settings.data === undefined || classes !== undefined ? []
      : [`The images cannot be read yet, so networks for ${space.defaultClasses} classes are counted.`],
  };
}

function sampleOf(spaceId: string, classes: number): SpaceSample {
  const key = `${spaceId}/${classes}`;
  let sample = sampleCache.get(key);
  if (!sample) {
    sample = drawSample(spaceId, classes);
    if (sampleCache.size >= maxCached) sampleCache.clear();
    sampleCache.set(key, sample);
  }
  return sample;
}

function drawSample(spaceId: string, classes: number): SpaceSample {
  const space = getSpace(spaceId);
  const random = new Random(`estimate/${spaceId}`);
  const networks = Array.from({ length: samples }, () => space.lower(space.sample(random), { classes }));
  const ends = [space.lower(space.smallest, { classes }), space.lower(space.largest, { classes })] as const;
  return {
    ends, networks,
    macs: spreadOf(ends.map(networkMacs), networks.map(networkMacs)),
    params: spreadOf(ends.map(networkParams), networks.slice(0, countedForParams).map(networkParams)),
  };
}

interface SampledLatencies {
  readonly spread: Spread;
  readonly predictions: readonly { readonly latencyMs: number; readonly highMs: number }[];
  readonly extrapolated: boolean;
}

function latenciesOf(model: DeviceModel, sample: SpaceSample): SampledLatencies {
  let known = latencyCache.get(model);
  if (!known) latencyCache.set(model, known = new Map());
  let latencies = known.get(sample);
  if (!latencies) {
    const ends = sample.ends.map((network) => predictLatency(model, network));
    const predictions = sample.networks.map((network) => predictLatency(model, network))
      .map(({ latencyMs, highMs }) => ({ latencyMs, highMs }));
    latencies = {
      predictions, extrapolated: ends.some(({ outOfRange }) => outOfRange.length > 0),
      spread: spreadOf(ends.map(({ latencyMs }) => latencyMs), predictions.map(({ latencyMs }) => latencyMs)),
    };
    if (known.size >= maxCached) known.clear();
    known.set(sample, latencies);
  }
  return latencies;
}

/** Quantiles by linear interpolation between the sorted values. */
function spreadOf(ends: readonly number[], values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const quantiles = Array.from({ length: 21 }, (_, i) => {
    const place = (i / 20) * (sorted.length - 1);
    const below = Math.floor(place);
    const next = sorted[Math.min(below + 1, sorted.length - 1)];
    return sorted[below] + (place - below) * (next - sorted[below]);
  });
  return { min: Math.min(...ends), max: Math.max(...ends), quantiles };
}
