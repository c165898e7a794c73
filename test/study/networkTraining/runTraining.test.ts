import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../core/base/errors.ts';
import { loadDevice } from '../../../core/latency/devices.ts';
import { modelFacts } from '../../../core/latency/measurements/modelFile.ts';
import { predictLatency } from '../../../core/latency/predict.ts';
import { decodeSafetensors } from '../../../core/model/safetensors.ts';
import { networkParams } from '../../../core/network/blockGraph.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { readEvents } from '../../../core/study/events.ts';
import { effectiveEvents } from '../../../core/study/eventTypes.ts';
import { runTraining } from '../../../core/study/networkTraining/runTraining.ts';
import { parseTrainingFile } from '../../../core/study/networkTraining/trainingFile.ts';
import { createTraining, openTraining, readTraining, trainingPaths } from '../../../core/study/networkTraining/trainingFolder.ts';
import { readTrainingResult } from '../../../core/study/networkTraining/trainingResult.ts';
import { startChild } from '../processes/child.ts';
import { smallTrainedStudy } from '../smallTrainedStudy.ts';
import { scratchFolder } from '../scratch.ts';

const scratch = scratchFolder();

/** Ten steps in five epochs: positions on a coarse map first, branches left out, images mixed, an average, early stopping. */
const everything = `version: 1
name: everything
seed: 4
space: asvit-mini
arch: { kernels: [4, 2, 2, 2], splits: [2, 1, 1], mlpRatios: [2, 2, 2, 2], heads: 8, variant: published }
compute: { threads: 1 }
data: { kind: synthetic, trainImages: 16, valImages: 10, randAugment: { operations: 1 }, randomErasing: 0.5 }
training:
  epochs: 5
  batchSize: 8
  warmupEpochs: 1
  stochasticDepth: { rate: 0.5, draws: 2 }
  mix: { mixup: 0.5, cutmix: 0.5 }
  retokenization: { phases: [{ epochs: 1.5, stride: 4 }] }
  checkpointEverySteps: 1
export: { otherPrecisions: [float16, int8] }
`;

async function make(directory: string, text: string): Promise<void> {
  (await createTraining(directory, { settings: parseTrainingFile(text, 'training.yaml'), text, path: 'training.yaml', baseDir: scratch })).close();
}

async function finish(directory: string) {
  const training = await openTraining(directory);
  try {
    return await runTraining(training);
  } finally {
    training.close();
  }
}

/** Eight dark and bright pictures to train on, four to validate with. */
async function writePictures(folder: string): Promise<void> {
  for (const [split, count] of [['train', 4], ['val', 2]] as const) {
    for (const [name, grey] of [['bright', 190], ['dark', 60]] as const) {
      mkdirSync(join(folder, split, name), { recursive: true });
      for (let i = 0; i < count; i++) {
        const background = { r: grey + 10 * i, g: grey, b: grey - 9 * i };
        await sharp({ create: { width: 16, height: 16, channels: 3, background } }).png().toFile(join(folder, split, name, `${i}.png`));
      }
    }
  }
}

describe('a training of one network', () => {
  it('is the same bit for bit when its process is killed twice, and once where tokens become more', async () => {
    const [whole, killed] = [join(scratch, 'whole'), join(scratch, 'killed')];
    await make(whole, everything);
    const expected = await finish(whole);
    await make(killed, everything);
    // After step 3 come more tokens; 7 is in the middle of an epoch.
    for (const lastSeen of ['training 3', 'training 7']) {
      const child = startChild('./trainNetwork.ts', [killed]);
      for (let line = await child.nextLine(); line !== undefined && line !== lastSeen; line = await child.nextLine());
      child.process.kill('SIGKILL');
      await child.ended();
      expect((await readTraining(killed)).info.status).toBe('interrupted');
    }
    const { trainingSeconds: _, ...result } = await finish(killed);
    const { trainingSeconds, ...same } = expected;
    expect(trainingSeconds).toBeGreaterThan(0);
    expect(result).toEqual(same);
    for (const file of ['best', 'last', 'network'] as const) {
      expect(readFileSync(trainingPaths(killed)[file]).equals(readFileSync(trainingPaths(whole)[file])), file).toBe(true);
    }
    const events = effectiveEvents(readEvents(trainingPaths(killed).events).events);
    expect(events.flatMap((event) => event.kind === 'step' ? [event.step] : [])).toEqual(Array.from({ length: 10 }, (_, i) => i + 1));
    expect(events.flatMap((event) => event.kind === 'epoch' ? [event.epoch] : [])).toEqual([1, 2, 3, 4, 5]);
  }, 120_000);

  it('writes what it found: accuracies, confusion, mistakes and a file that does as well as the engine', async () => {
    const directory = join(scratch, 'whole');
    const { paths } = await readTraining(directory);
    const result = (await readTrainingResult(paths))!;
    const { evaluation, exported, epochs, best, data } = result;
    expect(exported.accuracy).toBe(evaluation.accuracy);
    expect(result.otherPrecisions.map(({ path, precision }) => [path, precision])).toEqual([
      ['models/network.float16.onnx', 'float16'], ['models/network.int8.onnx', 'int8'],
    ]);
    for (const { path, precision, sizeBytes, comparison } of result.otherPrecisions) {
      const bytes = readFileSync(join(directory, path));
      expect([modelFacts(bytes, path).precision, bytes.length]).toEqual([precision, sizeBytes]);
      expect(comparison).toMatchObject({ images: 10, float32: exported.accuracy });
    }
    expect(evaluation.confusion.flat().reduce((sum, count) => sum + count)).toBe(data.valImages);
    const right = evaluation.confusion.reduce((sum, row, i) => sum + row[i], 0);
    expect(evaluation.accuracy).toBeCloseTo(right / data.valImages, 12);
    expect(evaluation.wrong).toHaveLength(data.valImages - right);
    expect(evaluation.perClass.map(({ images }) => images)).toEqual(new Array(10).fill(1));
    // Only evaluations with all tokens can be the best; the weights of the best are judged in the end.
    expect(best.accuracy).toBe(Math.max(...epochs.filter(({ step }) => step > 3).map(({ accuracy }) => accuracy)));
    expect(evaluation.accuracy).toBe(best.accuracy);
    expect(result.retokenization!.phases.map(({ stride, toEpoch }) => [stride, toEpoch])).toEqual([[4, 1.5], [2, 5]]);
    // Three steps of eight images with a quarter of the tokens, seven with all.
    const [coarse, whole] = result.retokenization!.phases.map(({ macs }) => macs);
    expect(result.trainingMacs).toBe(8 * (3 * coarse + 7 * whole));
    const { metadata, tensors } = decodeSafetensors(readFileSync(paths.best), 'best');
    expect(metadata).toMatchObject({ format: 'pocketformer-weights', space: 'asvit-mini', resolution: '32' });
    expect(tensors['stem.position'].shape).toEqual([256, 16]);
  });

  const fineTuning = (start: string, more = '') => `version: 1
seed: 5
space: elasticvit-mini
arch: min
compute: { threads: 1 }
resolution: 48
devices: [pixel6]
start: { ${start} }
data: { kind: synthetic, trainImages: 10, valImages: 10, flip: false, crop: none }
training: { epochs: 1, batchSize: 5, learningRate: 1e-12, minLearningRate: 0, averageDecay: 0, calibrationBatches: 1${more} }
`;

  it('begins with what a study\'s supernet has learned, at another resolution', async () => {
    await smallTrainedStudy(join(scratch, 'study'));
    await make(join(scratch, 'inherited'), fineTuning('study: study'));
    const result = await finish(join(scratch, 'inherited'));
    expect(result.start).toBe('the supernet of study');
    expect(result.resolution).toBe(48);
    expect(result.steps).toBe(2);
    const [{ device, latencyMs }] = result.latencies;
    const space = getSpace('elasticvit-mini');
    expect({ device, latencyMs }).toEqual({ device: 'pixel6', latencyMs: predictLatency(loadDevice('pixel6'), space.lower(space.smallest, { classes: 10, resolution: 48 })).latencyMs });

    // Steps so small leave the weights as they were: another training begins with them and ends with them.
    await make(join(scratch, 'again'), fineTuning('weights: inherited/models/last.safetensors'));
    await finish(join(scratch, 'again'));
    const weightsOf = (folder: string) => decodeSafetensors(readFileSync(trainingPaths(join(scratch, folder)).last), folder).tensors;
    const [before, after] = [weightsOf('inherited'), weightsOf('again')];
    const moved = Object.entries(before).filter(([key]) => !/mean$|variance$/.test(key)).map(([key, { data }]) => (
      Math.max(...Array.from(data as Float32Array, (value, i) => Math.abs(value - (after[key].data as Float32Array)[i])))));
    expect(Math.max(...moved)).toBeLessThan(1e-6);
  }, 120_000);

  it('ends early when it no longer gets better, with the best weights; and learns from a network that was trained before', async () => {
    const more = ', earlyStopping: { patienceEpochs: 2 }, distillation: { teachers: [{ file: whole/models/network.onnx }] }';
    await make(join(scratch, 'early'), fineTuning('weights: inherited/models/last.safetensors', more).replace('epochs: 1,', 'epochs: 9,'));
    const result = await finish(join(scratch, 'early'));
    const steps = readEvents(trainingPaths(join(scratch, 'early')).events).events.filter((event) => event.kind === 'step');
    // Images that nothing changes are answered once, ten in all, however often they are seen.
    expect(steps.at(-1)!.metrics).toMatchObject({ teacherAnswersAsked: 10, teacherAnswersCached: 20 });
    expect(result.stoppedEarly).toBe(true);
    expect(result.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(result.best.epoch).toBe(1);
  }, 120_000);

  it('stops on request with everything saved', async () => {
    const directory = join(scratch, 'stopped');
    await make(directory, everything);
    const training = await openTraining(directory);
    const stop = new AbortController();
    await expect(runTraining(training, {
      signal: stop.signal, onProgress: ({ phase, done }) => { if (phase === 'training' && done === 2) stop.abort(); },
    })).rejects.toBeInstanceOf(CancelledError);
    expect(await training.loadLatestCheckpoint()).toMatchObject({ step: 2 });
    training.close();
    expect((await readTraining(directory)).info.status).toBe('interrupted');
  }, 60_000);

  const transfer = (freeze: string, more = '') => `version: 1
seed: 6
space: elasticvit-mini
arch: min
compute: { threads: 1${more} }
start: { weights: inherited/models/last.safetensors }
data: { kind: folder, path: pictures, imageSize: 16, flip: false, crop: none }
training: { epochs: 2, batchSize: 4, learningRate: 0.01, warmupEpochs: 0, calibrationBatches: 1, freeze: ${freeze} }
`;
  const tensorsOf = (folder: string) => decodeSafetensors(readFileSync(trainingPaths(join(scratch, folder)).last), folder);

  it('moves to other classes at another resolution with all but a new head frozen, and says so', async () => {
    await writePictures(join(scratch, 'pictures'));
    await make(join(scratch, 'moved'), transfer('backbone'));
    const training = await openTraining(join(scratch, 'moved'));
    const units: string[] = [];
    const result = await runTraining(training, { onProgress: ({ unit, done, total }) => { if (done === total) units.push(unit); } });
    training.close();
    const { newHead, resampled, frozenBlocks, trainedParams } = result.starting!;
    expect(newHead).toEqual(['head.classifier.weight', 'head.classifier.bias']);
    expect(resampled.length).toBeGreaterThan(0);
    const network = getSpace('elasticvit-mini').lower(getSpace('elasticvit-mini').smallest, { classes: 2, resolution: 32 });
    expect(frozenBlocks).toBe(network.blocks.length - 1);
    expect(trainedParams).toBeLessThan(networkParams(network) / 2);
    expect(readEvents(trainingPaths(join(scratch, 'moved')).events).events.filter(({ kind }) => kind === 'starting-weights'))
      .toMatchObject([{ from: 'weights of inherited/models/last.safetensors', newHead, frozenBlocks }]);
    expect(result.notes.join(' ')).toContain('The head is new (head.classifier.weight, head.classifier.bias): the weights tell 10 classes apart, the images have 2.');
    expect(units).toContain('features');
    const [before, { tensors: after, metadata }] = [tensorsOf('inherited'), tensorsOf('moved')];
    for (const [key, { data }] of Object.entries(after)) {
      if (!key.startsWith('head.') && !resampled.includes(key)) expect(data, key).toEqual(before.tensors[key].data);
    }
    // What is frozen goes on seeing images as it learned to.
    expect(metadata.normalisation).toBe(before.metadata.normalisation);
  }, 60_000);

  it('learns the same whether what is frozen runs once or at every step', async () => {
    await make(join(scratch, 'every step'), transfer('backbone', ', memoryGiB: 0.0001'));
    const [once, always] = [tensorsOf('moved').tensors, (await finish(join(scratch, 'every step')), tensorsOf('every step').tensors)];
    for (const [key, { data }] of Object.entries(once)) {
      (data as Float32Array).forEach((value, i) => expect(Math.abs(value - (always[key].data as Float32Array)[i]), key).toBeLessThan(1e-3 * Math.max(1, Math.abs(value))));
    }
  }, 60_000);

  it('freezes the first stages, and refuses to freeze more than there are', async () => {
    await make(join(scratch, 'stages'), transfer('{ stages: 3 }'));
    const { starting } = await finish(join(scratch, 'stages'));
    const [before, after] = [tensorsOf('inherited').tensors, tensorsOf('stages').tensors];
    const moved = Object.keys(after).filter((key) => !starting!.resampled.includes(key) && !starting!.newHead.includes(key)
      && (after[key].data as Float32Array).some((value, i) => value !== before[key].data[i]));
    expect([...new Set(moved.map((key) => /^(stages\.\d|[a-z]+)/.exec(key)![0]))].sort()).toEqual(['head', 'stages.3', 'stages.4', 'stages.5']);
    for (const [freeze, code] of [['{ stages: 7 }', 'no-stages'], ['{ blocks: 99 }', 'invalid-freeze']]) {
      await make(join(scratch, code), transfer(freeze));
      await expect(finish(join(scratch, code))).rejects.toMatchObject({ code });
    }
  }, 60_000);

  it.each([
    ['a study of another space', 'start: { study: study }', 'other-space'],
    ['weights of another network', 'start: { weights: inherited/models/last.safetensors }', 'weights-mismatch'],
    ['a file that is not there', 'start: { weights: none.safetensors }', 'missing-file'],
    ['an architecture that the space does not have', 'arch: T1', 'unknown-architecture'],
  ])('refuses %s', async (name, line, code) => {
    const key = line.split(':')[0];
    const directory = join(scratch, name);
    await make(directory, `${everything.split('\n').filter((each) => !each.startsWith(`${key}:`)).join('\n')}${line}\n`);
    await expect(finish(directory)).rejects.toMatchObject({ code });
  });
});
