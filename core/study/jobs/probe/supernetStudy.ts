import { Random } from '../../../base/random.ts';
import { readBatch } from '../../../data/batch.ts';
import { augmentationOf } from '../../../data/config.ts';
import { measureNormalisation } from '../../../data/normalisation.ts';
import { batchIndices } from '../../../data/order.ts';
import { plannedEvaluations } from '../../../search/settings.ts';
import { getSpace } from '../../../spaces/index.ts';
import { SubnetEvaluator } from '../../../training/supernet/evaluator.ts';
import { subnetsPerStep } from '../../../training/supernet/sampling/subnetSampler.ts';
import { SupernetTrainer } from '../../../training/supernet/trainer.ts';
import { engineOf } from '../../run/engineOf.ts';
import { loadStudyDevices } from '../../run/prepareRun.ts';
import { searchSettingsOf } from '../../studyFile.ts';
import type { TrainedStudySettings } from '../../studyFile.ts';
import type { ProbeResult } from '../messages.ts';
import { loadPartOfData } from './partOfData.ts';
import { teller, type ProbeOptions } from './options.ts';
import { timeExport } from './timeExport.ts';

/** The probe of a study that trains: steps over all sizes of subnets, evaluations, and an export. */
export async function probeSupernetStudy(settings: TrainedStudySettings, { baseDir, seconds, signal, onProgress }: ProbeOptions): Promise<ProbeResult> {
  const devices = loadStudyDevices(settings, baseDir);
  const { seed, training, search } = settings;
  const tell = teller({ signal, onProgress });
  tell(0, 'starting the engine');
  const engine = await engineOf(settings);
  tell(0.05, 'reading some of the images');
  const { data, wholeSeconds: dataSeconds, valImages } = await loadPartOfData(settings.data, { baseDir, seed, signal });
  const normalisation = measureNormalisation(data.train, data.imageSize);
  const augmentation = augmentationOf(settings.data);
  const space = getSpace(settings.space);
  const classes = data.classes.length;
  const trainer = new SupernetTrainer({ engine, space, classes, settings: training, seed });
  const random = new Random(seed).fork('probe');

  const times: number[] = [];
  const order = evenOrder(trainer.sampler.buckets.length);
  for (let spentMs = 0; times.length < 2 || spentMs < seconds * 1000;) {
    tell(0.1 + 0.6 * Math.min(1, spentMs / (seconds * 1000)), 'training some steps');
    const step = times.length;
    const startedMs = performance.now();
    const bucket = trainer.sampler.buckets[order[step % order.length]];
    const subnets = Array.from({ length: subnetsPerStep(training.sampling.rule).sampled }, () => space.lower(bucket.draw(random), { classes }));
    const indices = batchIndices(`${seed}/training`, step, training.batchSize, data.train.count);
    const batch = readBatch(data.train, indices, {
      imageSize: data.imageSize, normalisation, augmentation: { ...augmentation, seed: `${seed}/training`, step },
    });
    trainer.trainSubnets(subnets, { ...batch, imageSize: data.imageSize });
    times.push(performance.now() - startedMs);
    spentMs += times[step];
    await new Promise((resolve) => setImmediate(resolve));
  }
  // The first steps make plans that later ones reuse.
  const warmUpSteps = Math.min(order.length, Math.floor(times.length / 2));
  const secondsPerStep = mean(times.slice(warmUpSteps)) / 1000;

  const evaluator = new SubnetEvaluator({
    engine, data, normalisation, augmentation, seed, weights: trainer.weights, batchSize: training.batchSize,
    calibrationBatches: search.calibrationBatches,
  });
  const { buckets } = trainer.sampler;
  const middle = Array.from({ length: 3 }, () => buckets[Math.floor(buckets.length / 2)].draw(random));
  const extraction: number[] = [];
  const perImage: number[] = [];
  for (const [i, arch] of middle.entries()) {
    tell(0.7 + 0.07 * i, 'evaluating architectures');
    const startedMs = performance.now();
    const weights = evaluator.extract(space.lower(arch, { classes }));
    const extractedMs = performance.now();
    const { images } = evaluator.judge(weights, search.evaluationImages);
    extraction.push((extractedMs - startedMs) / 1000);
    perImage.push((performance.now() - extractedMs) / 1000 / images);
    await new Promise((resolve) => setImmediate(resolve));
  }
  // The first one also makes its plans.
  const evaluate = (images: number) => mean(extraction.slice(1)) + Math.min(images, valImages) * mean(perImage.slice(1));
  const secondsPerEvaluation = evaluate(search.evaluationImages);

  tell(0.9, 'exporting an architecture');
  const models = settings.devices.length * settings.export.perDevice * settings.export.precision.length;
  const exportSeconds = models * (models === 0 ? 0 : evaluate(Infinity) + await timeExport({
    weights: evaluator.extract(space.lower(middle[0], { classes })), engine, seed, architecture: middle[0], classNames: data.classes, normalisation, study: settings.name,
  }));
  data.close();
  const trainingSeconds = training.steps * secondsPerStep;
  const searchSeconds = plannedEvaluations(searchSettingsOf(settings, devices.map(({ name }) => name))) * secondsPerEvaluation;
  onProgress({ done: 1, total: 1, unit: 'probe' });
  return {
    imagesPerSecond: training.batchSize / secondsPerStep, secondsPerStep, secondsPerEvaluation, dataSeconds, trainingSeconds, evaluationSeconds: 0, searchSeconds,
    exportSeconds, totalSeconds: dataSeconds + trainingSeconds + searchSeconds + exportSeconds,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}

/** All buckets, from the middle outwards in pairs, so that few steps already have the mean size of many. */
function evenOrder(count: number): number[] {
  const middle = (count - 1) / 2;
  return Array.from({ length: count }, (_, i) => i).sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
