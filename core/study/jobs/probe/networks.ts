import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { augmentationOf } from '../../../data/config.ts';
import type { ImageSet } from '../../../data/imageSet.ts';
import { measureNormalisation } from '../../../data/normalisation.ts';
import { freshWeights } from '../../../model/freshWeights.ts';
import { getSpace } from '../../../spaces/index.ts';
import { ClassificationTally } from '../../../training/classification/tally.ts';
import type { NetworkTrainer } from '../../../training/networkTrainer.ts';
import { frozenBlocks } from '../../../training/recipe/freeze.ts';
import { tokenPlan } from '../../../training/recipe/retokenization.ts';
import { scheduleOf, stepsInPhases } from '../../../training/recipe/schedule.ts';
import { estimateSchedule } from '../../networkTraining/estimateTraining.ts';
import { splitFeatures } from '../../networkTraining/frozenFeatures.ts';
import { evaluatorOf, judge } from '../../networkTraining/judge.ts';
import { architectureOf } from '../../networkTraining/namedNetwork.ts';
import { openBatches } from '../../networkTraining/networkBatches.ts';
import type { TrainingMaterial } from '../../networkTraining/trainingContext.ts';
import type { TrainingSettings } from '../../networkTraining/trainingFile.ts';
import { trainerOf } from '../../networkTraining/trainNetwork.ts';
import { engineOf } from '../../run/engineOf.ts';
import type { TransferSettings } from '../../transfer/transferFile.ts';
import { planTransfer } from '../../transfer/transferPlan.ts';
import type { ProbeResult } from '../messages.ts';
import { teller, type ProbeOptions } from './options.ts';
import { loadPartOfData } from './partOfData.ts';
import { timeExport } from './timeExport.ts';

/** The probe of a training. @throws as `estimateTraining` */
export async function probeTraining(settings: TrainingSettings, options: ProbeOptions): Promise<ProbeResult> {
  const arch = await architectureOf({ settings, info: { baseDir: options.baseDir } });
  return probeNetworks({ settings, space: settings.space, archs: [arch], seeds: 1 }, options);
}

/** The probe of a transfer: of each network that it trains, as often as there are seeds. @throws as `planTransfer` */
export async function probeTransfer(settings: TransferSettings, options: ProbeOptions): Promise<ProbeResult> {
  const { space, networks } = await planTransfer({ settings, text: '', baseDir: options.baseDir });
  return probeNetworks({ settings, space, archs: networks.map(({ arch }) => getSpace(space).parse(arch)), seeds: settings.seeds }, options);
}

interface ProbedNetworks {
  readonly settings: Omit<TrainingSettings, 'space' | 'arch' | 'start'>;
  readonly space: string;
  readonly archs: readonly unknown[];
  /** Trainings of each. */
  readonly seeds: number;
}

/** Seconds that one training takes. */
interface TrainingTimes {
  readonly training: number;
  readonly evaluation: number;
  readonly oneEvaluation: number;
  readonly exports: number;
}

/** Fresh weights take as long as any others, once batch norms have statistics that frozen blocks can keep. */
async function probeNetworks({ settings, space: spaceId, archs, seeds }: ProbedNetworks, options: ProbeOptions): Promise<ProbeResult> {
  const { baseDir, seconds, signal } = options;
  const { training: recipe, data: config, seed, resolution } = settings;
  const tell = teller(options);
  tell(0, 'starting the engine');
  const engine = await engineOf(settings);
  tell(0.05, 'reading some of the images');
  const { images } = await estimateSchedule(settings, baseDir);
  const { data, wholeSeconds: dataSeconds, valImages } = await loadPartOfData(config, { baseDir, seed, signal });
  const counts = { train: images?.train ?? data.train.count, val: valImages };
  const schedule = scheduleOf(recipe, counts.train);
  const space = getSpace(spaceId);
  const directory = await mkdtemp(join(tmpdir(), 'pocketformer-probe-'));
  const times: TrainingTimes[] = [];
  try {
    for (const [i, arch] of archs.entries()) {
      const plan = tokenPlan(recipe, { space, arch, classes: data.classes.length, resolution });
      const material: TrainingMaterial = {
        hooks: { signal }, engine, data, normalisation: measureNormalisation(data.train, data.imageSize), augmentation: augmentationOf(config), plan, schedule,
        frozenBlocks: frozenBlocks(recipe, plan.phases.at(-1)!.network),
        // The few images come again and again, and teachers would soon have answered all of them.
        settings: { ...settings, training: { ...recipe, steps: schedule.steps, distillation: { ...recipe.distillation, cache: false } } },
      };
      times.push(await timeTraining(material, {
        arch, baseDir, directory, counts, seconds: seconds / archs.length, tell: (done, note) => tell(0.1 + 0.9 * (i + done) / archs.length, note),
      }));
    }
  } finally {
    data.close();
    await rm(directory, { recursive: true, force: true });
  }
  tell(1);
  const sum = (of: (each: TrainingTimes) => number) => seeds * times.reduce((total, each) => total + of(each), 0);
  const [trainingSeconds, evaluationSeconds, exportSeconds] = [sum(({ training }) => training), sum(({ evaluation }) => evaluation), sum(({ exports }) => exports)];
  const secondsPerStep = trainingSeconds / (seeds * archs.length * schedule.steps);
  return {
    imagesPerSecond: recipe.batchSize / secondsPerStep, secondsPerStep, secondsPerEvaluation: sum(({ oneEvaluation }) => oneEvaluation) / (seeds * archs.length), dataSeconds,
    trainingSeconds, evaluationSeconds, searchSeconds: 0, exportSeconds, totalSeconds: dataSeconds + trainingSeconds + evaluationSeconds + exportSeconds,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}

interface Timing {
  readonly arch: unknown;
  readonly baseDir: string;
  /** Empty, and gone afterwards. */
  readonly directory: string;
  /** Of all images. */
  readonly counts: { readonly train: number; readonly val: number };
  /** For steps. */
  readonly seconds: number;
  readonly tell: (done: number, note?: string) => void;
}

async function timeTraining(material: TrainingMaterial, { arch, baseDir, directory, counts, seconds, tell }: Timing): Promise<TrainingTimes> {
  const { engine, data, normalisation, plan: { phases }, schedule, settings: { name, seed, export: { otherPrecisions } } } = material;
  tell(0, 'training some steps');
  const whole = trainerOf(material, phases.length - 1, { weights: freshWeights(phases.at(-1)!.network, seed, engine) });
  const featuresBeganMs = performance.now();
  const features = await splitFeatures(material, whole.weights, counts);
  const featureSeconds = features === undefined ? 0 : secondsSince(featuresBeganMs) / seenImages(data, features.train !== undefined) * (counts.val + (features.train ? counts.train : 0));
  const study = { directory, info: { baseDir }, paths: { cache: directory }, events: { append: () => undefined } };
  const batches = await openBatches({ ...material, study }, features?.train);
  let training = featureSeconds;
  try {
    const steps = stepsInPhases(schedule, schedule.steps);
    for (const [phase, { network }] of phases.entries()) {
      const trainer = phase === phases.length - 1 ? whole : whole.movedTo(network);
      const share = seconds / phases.length;
      training += steps[phase] * await timeSteps(trainer, (step) => batches.at(step), share, (done) => tell(0.7 * (phase + done) / phases.length, 'training some steps'));
    }
  } finally {
    batches.close();
  }

  tell(0.75, 'evaluating the network');
  const evaluator = evaluatorOf(material, whole.evaluationWeights);
  // The first one also makes its plans.
  let oneEvaluation = 0;
  for (let i = 0; i < 2; i++) {
    const startedMs = performance.now();
    const weights = evaluator.extract(phases.at(-1)!.network);
    const extracted = secondsSince(startedMs);
    await judge(material, weights, new ClassificationTally(data.classes.length, { wrongImages: 0 }), features?.val);
    oneEvaluation = extracted + (secondsSince(startedMs) - extracted) * counts.val / data.val.count;
  }
  tell(0.9, 'exporting the network');
  const oneExport = await timeExport({ weights: evaluator.extract(phases.at(-1)!.network), engine, seed, architecture: arch, classNames: data.classes, normalisation, study: name });
  return {
    training, oneEvaluation, evaluation: oneEvaluation * Math.ceil(schedule.steps / schedule.evaluateEverySteps),
    // What is exported is judged once more, as is each file.
    exports: oneEvaluation + (1 + otherPrecisions.length) * (oneExport + oneEvaluation),
  };
}

/** Seconds of a step, once plans are made. */
async function timeSteps(trainer: NetworkTrainer, batchAt: (step: number) => Promise<Parameters<NetworkTrainer['train']>[0]>, seconds: number, tell: (done: number) => void): Promise<number> {
  const times: number[] = [];
  for (let spent = 0; times.length < 3 || spent < seconds; spent += times.at(-1)!) {
    tell(Math.min(1, spent / seconds));
    const startedMs = performance.now();
    trainer.train(await batchAt(times.length));
    times.push(secondsSince(startedMs));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const warm = times.slice(Math.max(1, Math.floor(times.length / 4)));
  return warm.reduce((sum, each) => sum + each, 0) / warm.length;
}

const secondsSince = (ms: number) => (performance.now() - ms) / 1000;
const seenImages = ({ train, val }: ImageSet, withTraining: boolean) => val.count + (withTraining ? train.count : 0);
