import { inspectData } from '../../data/inspect.ts';
import type { DataConfig } from '../../data/config.ts';
import { predictLatency } from '../../latency/predict.ts';
import { blockParams, networkParams } from '../../network/blockGraph.ts';
import { getSpace, publishedName } from '../../spaces/index.ts';
import { frozenBlocks } from '../../training/recipe/freeze.ts';
import { tokenPlan, type TokenPhase } from '../../training/recipe/retokenization.ts';
import { scheduleOf, stepsInPhases } from '../../training/recipe/schedule.ts';
import { studyClasses } from '../library/studyClasses.ts';
import { architectureOf } from './namedNetwork.ts';
import { trainingDevice } from './trainingDevice.ts';
import type { TrainingSettings } from './trainingFile.ts';

/** What images a recipe works on, and for how long. */
export interface ScheduleEstimate {
  /** Null while the images cannot be looked at. */
  readonly images: { readonly train: number; readonly val: number; readonly stepsPerEpoch: number; readonly steps: number } | null;
  /** Passes over the images, cool-down included. */
  readonly epochs: number;
}

export interface TrainingEstimate extends ScheduleEstimate {
  /** The space's key of the architecture, and the name under which it publishes it. */
  readonly key: string;
  readonly name: string | null;
  readonly resolution: number;
  readonly classes: number;
  /** Of one image. */
  readonly macs: number;
  readonly params: number;
  /** Those that are not frozen. */
  readonly trainedParams: number;
  readonly latencies: readonly { readonly device: string; readonly latencyMs: number; readonly lowMs: number; readonly highMs: number }[];
  /** More than one where the training begins with fewer tokens. */
  readonly phases: readonly (Pick<TokenPhase, 'fromEpoch' | 'toEpoch' | 'macs'> & TokenPhase['tokens'])[];
  /** Share of the multiply-accumulates of a training with all tokens that is saved. */
  readonly savedShare: number;
  /** Of one forward pass of every image trained on; a step takes about three times as many. Null while the images cannot be counted. */
  readonly trainingMacs: number | null;
  readonly notes: readonly string[];
}

/**
 * What a training would cost, without reading images or weights.
 * @param baseDir that relative paths start from
 * @throws InputError those of `architectureOf`, `tokenPlan`, `frozenBlocks` and `namedDevice`
 */
export async function estimateTraining(settings: TrainingSettings, baseDir: string): Promise<TrainingEstimate> {
  const { training: recipe, data, resolution } = settings;
  const space = getSpace(settings.space);
  const arch = await architectureOf({ settings, info: { baseDir } });
  const known = await studyClasses({ data }, baseDir);
  const classes = known ?? space.defaultClasses;
  const plan = tokenPlan(recipe, { space, arch, classes, resolution });
  const { network, macs } = plan.phases.at(-1)!;
  const frozen = network.blocks.slice(0, frozenBlocks(recipe, network)).reduce((sum, block) => sum + blockParams(block), 0);
  const params = networkParams(network);
  const schedule = await estimateSchedule(settings, baseDir);
  const steps = schedule.images && stepsInPhases(scheduleOf(recipe, schedule.images.train), schedule.images.steps);
  return {
    ...schedule, key: space.key(arch), name: publishedName(space, arch) ?? null, resolution: network.resolution, classes, macs, params, trainedParams: params - frozen,
    latencies: settings.devices.map((name) => {
      const device = trainingDevice(name, baseDir);
      const { latencyMs, lowMs, highMs } = predictLatency(device, network);
      return { device: device.name, latencyMs, lowMs, highMs };
    }),
    phases: plan.phases.map(({ fromEpoch, toEpoch, macs: each, tokens }) => ({ fromEpoch, toEpoch, macs: each, ...tokens })),
    savedShare: plan.savedShare,
    trainingMacs: steps && steps.reduce((sum, count, phase) => sum + count * recipe.batchSize * plan.phases[phase].macs, 0),
    notes: known === undefined ? [`The images cannot be read yet, so a network for ${space.defaultClasses} classes is counted.`] : [],
  };
}

/** @param baseDir that relative paths start from */
export async function estimateSchedule({ training, data, seed }: Pick<TrainingSettings, 'training' | 'data' | 'seed'>, baseDir: string): Promise<ScheduleEstimate> {
  const epochs = training.epochs + training.cooldownEpochs;
  const counts = await imageCounts(data, seed, baseDir);
  if (counts === undefined) return { images: null, epochs };
  const { stepsPerEpoch, steps } = scheduleOf(training, counts.train);
  return { images: { ...counts, stepsPerEpoch, steps }, epochs };
}

async function imageCounts(data: DataConfig, seed: number, baseDir: string): Promise<{ train: number; val: number } | undefined> {
  if (data.kind === 'synthetic') return { train: data.trainImages, val: data.valImages };
  if (await studyClasses({ data }, baseDir) === undefined) return undefined;
  const { trainImages, valImages } = await inspectData(data, { baseDir, thumbnailsPerClass: 0, size: 1, seed });
  return trainImages > 0 ? { train: trainImages, val: valImages } : undefined;
}
