import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../core/base/errors.ts';
import { Random } from '../../../core/base/random.ts';
import { syntheticClasses } from '../../../core/data/synthetic.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import { exportNetwork } from '../../../core/export/exportNetwork.ts';
import { Weights } from '../../../core/model/weights.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { effectiveEvents } from '../../../core/study/eventTypes.ts';
import { readEvents } from '../../../core/study/events.ts';
import { writeFileAtomic } from '../../../core/study/files.ts';
import { createStudy, openStudy } from '../../../core/study/folder.ts';
import { prepareTraining } from '../../../core/study/run/prepareRun.ts';
import { trainingPhase } from '../../../core/study/run/trainingPhase.ts';
import { parseStudyFile } from '../../../core/study/studyFile.ts';
import { relativeDifference } from '../../engine/compare.ts';
import { scratchFolder } from '../scratch.ts';

const text = `version: 1
name: everything
seed: 3
space: elasticvit-mini
compute: { threads: 1 }
data:
  { kind: synthetic, imageSize: 32, trainImages: 24, valImages: 10, randAugment: { operations: 1 }, colourJitter: 0.4, randomErasing: 0.5 }
devices: [pixel6]
training:
  steps: 6
  batchSize: 4
  microBatchSize: 2
  warmupSteps: 1
  buckets: 2
  adaptiveClip: 0.1
  mix: { mixup: 0.2, cutmix: 0.2 }
  performance: { bankCapacity: 2, largeBankCapacity: 2, exploitStart: 0.5, rescoreEverySteps: 4 }
  distillation: { teachers: [{ file: teacher.onnx }] }
  conflict: { everySteps: 6, images: 4 }
  healthEverySteps: 6
  checkpointEverySteps: 100
search: { calibrationBatches: 1 }
`;

describe('a training with every mechanism on', () => {
  const folder = scratchFolder();
  beforeAll(async () => {
    const space = getSpace('elasticvit-mini');
    const weights = Weights.initialise(space.lower(space.networks.small, { classes: syntheticClasses.length }), new Random(1));
    await exportNetwork({
      weights, engine: await startEngine('ort', { threads: 1 }), out: join(folder, 'teacher.onnx'), batch: 'dynamic', seed: 1, version: 'test',
      architecture: space.networks.small, writeFile: writeFileAtomic,
    });
  });

  /** Trains, stopping and opening the study anew after given steps. */
  async function train(name: string, stops: readonly number[]) {
    const directory = join(folder, name);
    (await createStudy(directory, { settings: parseStudyFile(text, 'everything.yaml'), text, path: 'everything.yaml', baseDir: folder })).close();
    for (const stop of [...stops, Infinity]) {
      const study = await openStudy(directory);
      const abort = new AbortController();
      const context = await prepareTraining(study, { signal: abort.signal, onProgress: ({ phase, done }) => { if (phase === 'training' && done === stop) abort.abort(); } });
      try {
        await trainingPhase(context);
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
      } finally {
        context.data.close();
      }
      const checkpoint = await study.loadLatestCheckpoint({ phase: 'training' });
      study.close();
      if (stop === Infinity) return { checkpoint: checkpoint!, events: effectiveEvents(readEvents(study.paths.events).events) };
    }
    throw new Error('unreachable');
  }

  it('tells of each mechanism while it runs, and continues bit for bit after a stop', async () => {
    const [whole, stopped] = [await train('whole', []), await train('stopped', [3])];
    expect(stopped.checkpoint.state).toEqual(whole.checkpoint.state);
    expect(Object.keys(stopped.checkpoint.tensors)).toEqual(Object.keys(whole.checkpoint.tensors));
    const numbers = ({ checkpoint }: typeof whole, name: string) => checkpoint.tensors[name].data as Float32Array;
    for (const name of Object.keys(whole.checkpoint.tensors)) expect(relativeDifference(numbers(stopped, name), numbers(whole, name)), name).toBe(0);
    const losses = ({ events }: typeof whole) => events.flatMap((event) => event.kind === 'step' ? [event.loss] : []);
    const cosines = ({ events }: typeof whole) => events.flatMap((event) => event.kind === 'conflict' ? [event.cosine] : []);
    expect(losses(stopped)).toEqual(losses(whole));
    expect(cosines(stopped)).toEqual(cosines(whole));

    const { events } = whole;
    const everTold = new Set(events.flatMap((event) => event.kind === 'step' ? Object.keys(event.metrics ?? {}) : []));
    for (const name of ['bucket', 'smallestSubnet', 'bankMembers', 'exploitProbability', 'remembered', 'rescoredBanks', 'teacherAnswersAsked', 'mixLambda', 'clippedUnits']) {
      expect(everTold, name).toContain(name);
    }
    for (const kind of ['conflict', 'health']) expect(events.filter((event) => event.kind === kind)).toHaveLength(2);
  }, 240_000);
});
