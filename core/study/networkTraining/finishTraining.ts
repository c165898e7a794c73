import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CancelledError } from '../../base/errors.ts';
import { imageBytes } from '../../data/imageSet.ts';
import { pngOf } from '../../data/inspect.ts';
import { exportNetwork } from '../../export/exportNetwork.ts';
import { predictLatency } from '../../latency/predict.ts';
import { decodeSafetensors } from '../../model/safetensors.ts';
import { Weights } from '../../model/weights.ts';
import { networkParams } from '../../network/blockGraph.ts';
import { networkMacs } from '../../network/counts.ts';
import { ClassificationTally, type ClassificationResult, type WrongImage } from '../../training/classification/tally.ts';
import { stepsInPhases } from '../../training/recipe/schedule.ts';
import { accuracyOfFile } from '../accuracyOfFile.ts';
import { readEvents } from '../events.ts';
import { effectiveEvents } from '../eventTypes.ts';
import { trainingOrigin } from '../modelCard/ofTraining.ts';
import { writeOnnxCard } from '../modelCard/writeCard.ts';
import { beginPhase } from '../run/beginPhase.ts';
import { workedMs } from '../run/hooks.ts';
import { pocketformerVersion } from '../studyInfo.ts';
import { judge } from './judge.ts';
import { exportOtherPrecisions } from './otherPrecisions.ts';
import { startText } from './startingPoint.ts';
import type { NetworkTrainingContext } from './trainingContext.ts';
import type { TrainingResult } from './trainingResult.ts';
import type { TrainedNetwork } from './trainNetwork.ts';

/**
 * Judges what was trained, writes it as an ONNX file, judges the file, and writes down what was found, and for each file its card.
 * @throws CancelledError, and those of `exportNetwork`
 */
export async function finishTraining(context: NetworkTrainingContext, trained: TrainedNetwork): Promise<TrainingResult> {
  const { study, hooks, engine, arch, data, normalisation, plan, settings } = context;
  const { weights: wanted, wrongImages } = settings.export;
  const startedMs = workedMs(hooks);
  const totalSteps = 1 + settings.export.otherPrecisions.length;
  beginPhase(context, 'export', { totalSteps });
  const path = wanted === 'best' ? study.paths.best : study.paths.last;
  const weights = Weights.fromTensors(plan.phases.at(-1)!.network, decodeSafetensors(await readFile(path), path).tensors);
  const tally = new ClassificationTally(data.classes.length, { wrongImages });
  await judge(context, weights, tally);
  const out = study.paths.network;
  const report = await exportNetwork({
    weights, engine, out, batch: 'dynamic', architecture: arch, classNames: data.classes, normalisation, study: settings.name, seed: settings.seed,
    version: pocketformerVersion(), writeFile: (to, bytes) => study.writeFile(to, bytes),
  });
  const evaluation = tally.result();
  await writePictures(context, evaluation.wrong);
  const exported = {
    path: 'models/network.onnx', sizeBytes: report.sizeBytes, relativeDiff: report.relativeDiff, accuracy: await accuracyOfFile(out, { data, normalisation, hooks, resolution: weights.network.resolution, batchSize: Math.max(64, settings.training.batchSize) }),
  };
  study.events.append({
    kind: 'exported', path: exported.path, arch, sizeBytes: exported.sizeBytes, accuracy: exported.accuracy, maxAbsDiff: report.maxAbsDiff,
  });
  let done = 1;
  const tell = () => hooks.onProgress?.({ phase: 'export', done, total: totalSteps, unit: 'models' });
  tell();
  const otherPrecisions = await exportOtherPrecisions(context, weights, () => {
    done++;
    tell();
  });
  const result = { ...resultOf(context, trained, weights, evaluation, exported), otherPrecisions };
  await study.writeFile(study.paths.result, `${JSON.stringify(result, undefined, 1)}\n`);
  for (const file of [exported, ...otherPrecisions]) {
    await writeOnnxCard(join(study.directory, file.path), (model) => trainingOrigin(study, result, engine, model), (to, content) => study.writeFile(to, content));
  }
  study.events.append({ kind: 'phase-finished', phase: 'export', seconds: (workedMs(hooks) - startedMs) / 1000 });
  return result;
}

const pictureName = (rank: number) => `${String(rank + 1).padStart(4, '0')}.png`;

/** Side of the pictures in pixels, at most. */
const pictureSize = 96;

/** Small pictures of wrongly classified images, as the network got them before they were normalised. */
async function writePictures({ study, data, hooks }: NetworkTrainingContext, wrong: readonly WrongImage[]): Promise<void> {
  const { imageSize, val } = data;
  const pixels = new Uint8Array(imageBytes(imageSize));
  for (const [rank, { index }] of wrong.entries()) {
    val.read(index, pixels);
    await study.writeFile(join(study.paths.wrong, pictureName(rank)), await pngOf(pixels, imageSize, Math.min(imageSize, pictureSize)));
    if (hooks.signal?.aborted) throw new CancelledError();
  }
}

function resultOf(
  { study, engine, space, arch, devices, data, plan, schedule, settings }: NetworkTrainingContext, { epochs, best, stoppedEarly, notes, starting }: TrainedNetwork, { network }: Weights,
  { accuracy, top5Accuracy, loss, images, confusion, wrong }: ClassificationResult, exported: TrainingResult['exported'],
): Omit<TrainingResult, 'otherPrecisions'> {
  const sum = (row: readonly number[]) => row.reduce((total, each) => total + each, 0);
  const events = effectiveEvents(readEvents(study.paths.events).events);
  const { batchSize, retokenization } = settings.training;
  return {
    format: 'pocketformer-training', version: 1, name: settings.name, space: space.id, arch, key: space.key(arch), seed: settings.seed, engine: engine.info.id,
    preset: settings.preset ?? null, resolution: network.resolution, params: networkParams(network), macs: networkMacs(network),
    data: { id: data.id, classes: [...data.classes], trainImages: data.train.count, valImages: data.val.count, imageSize: data.imageSize },
    latencies: devices.map((device) => {
      const { latencyMs, lowMs, highMs } = predictLatency(device, network);
      return { device: device.name, latencyMs, lowMs, highMs };
    }),
    start: startText(settings.start), starting, notes: [...notes], steps: epochs.at(-1)!.step, stoppedEarly,
    trainingSeconds: events.reduce((total, event) => event.kind === 'step' && event.imagesPerSecond ? total + batchSize / event.imagesPerSecond : total, 0),
    trainingMacs: stepsInPhases(schedule, epochs.at(-1)!.step).reduce((total, steps, phase) => total + steps * batchSize * plan.phases[phase].macs, 0),
    retokenization: retokenization.phases.length === 0 ? null : {
      phases: plan.phases.map(({ fromEpoch, toEpoch, tokens, macs }) => ({ fromEpoch, toEpoch, ...tokens, macs })), savedMacsShare: plan.savedShare,
    },
    epochs: [...epochs], best,
    evaluation: {
      weights: settings.export.weights, accuracy, top5Accuracy, loss, images, confusion: confusion.map((row) => [...row]),
      perClass: data.classes.map((name, label) => ({ class: name, images: sum(confusion[label]), accuracy: confusion[label][label] / Math.max(1, sum(confusion[label])) })),
      wrong: wrong.map(({ index, label, predicted, confidence }, rank) => ({
        index, ...(data.val.pathOf ? { path: data.val.pathOf(index) } : {}), picture: `results/wrong/${pictureName(rank)}`, label: data.classes[label], predicted: data.classes[predicted], confidence,
      })),
    },
    exported,
  };
}
