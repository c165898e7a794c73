/**
 * What conflict-aware training costs beside the plainest way to train the same supernet: both train `elasticvit-mini` on
 * the same images, in turns in one process, and the ratio of their times per image is printed for each round.
 *
 *   node_modules/.bin/tsx test/bench/trainingOverhead.ts [steps] [rounds]
 *
 * "Everything" is every mechanism with a setting. Two teachers (networks of the space's medium size, exported on the spot) are asked for every
 * image; in a training that is repeated they answer from the disk.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../../core/base/random.ts';
import { startEngine } from '../../core/engine/engines.ts';
import { exportNetwork } from '../../core/export/exportNetwork.ts';
import { Weights } from '../../core/model/weights.ts';
import { getSpace } from '../../core/spaces/index.ts';
import { readEvents } from '../../core/study/events.ts';
import { writeFileAtomic } from '../../core/study/files.ts';
import { createStudy, studyPaths } from '../../core/study/folder.ts';
import { prepareTraining } from '../../core/study/run/prepareRun.ts';
import { trainingPhase } from '../../core/study/run/trainingPhase.ts';
import { parseStudyFile } from '../../core/study/studyFile.ts';
import { syntheticClasses } from '../../core/data/synthetic.ts';

const [steps = 200, rounds = 3] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), 'pocketformer-overhead-'));

// Both visit all sizes equally often: with two random walks, the luck of a few hundred steps would weigh more than the mechanisms.
const walk = 'walk: cyclic';

const base = `
version: 1
space: elasticvit-mini
devices: [pixel6]
`;
const minimal = `${base}
data: { kind: synthetic, trainImages: 4000, valImages: 500 }
training:
  steps: ${steps}
  batchSize: 64
  averageDecay: 0
  checkpointEverySteps: 100000
  healthEverySteps: 0
  smallestLoss: cross-entropy
  sampling: { smallestSubnets: 1, ${walk} }
  performance: { enabled: false }
  conflict: { everySteps: 0 }
`;
const everything = (teachers: boolean) => `${base}
data:
  { kind: synthetic, trainImages: 4000, valImages: 500, randAugment: { operations: 1 }, colourJitter: 0.4, randomErasing: 0.25 }
training:
  steps: ${steps}
  batchSize: 64
  adaptiveClip: 0.1
  checkpointEverySteps: 100000
  mix: { mixup: 0.2, cutmix: 0.2 }
  sampling: { ${walk} }
${teachers ? '  distillation: { teachers: [{ file: teacher-1.onnx }, { file: teacher-2.onnx }] }' : ''}
`;

interface Cost {
  /** Of the whole phase, trials and measurements included. */
  readonly all: number;
  /** Of the steps alone, without the first fifth, which makes plans that later ones reuse. */
  readonly steps: number;
}

/** @param before a training whose teachers' answers are there already */
async function secondsPerImage(name: string, text: string, before?: string): Promise<Cost> {
  const path = join(folder, `${name}.yaml`);
  const study = await createStudy(join(folder, name), { text, path, baseDir: folder, settings: parseStudyFile(text, path) });
  try {
    if (before !== undefined) await cp(studyPaths(join(folder, before)).cache, study.paths.cache, { recursive: true });
    const context = await prepareTraining(study, {});
    try {
      await trainingPhase(context);
    } finally {
      context.data.close();
    }
    const { events } = readEvents(study.paths.events);
    const finished = events.find((event) => event.kind === 'phase-finished');
    if (finished?.kind !== 'phase-finished' || finished.seconds === undefined) throw new Error('The training did not finish.');
    const perImage = events.flatMap((event) => event.kind === 'step' && event.imagesPerSecond ? [1 / event.imagesPerSecond] : []).slice(steps / 5);
    return {
      all: finished.seconds / (steps * (study.settings.training?.batchSize ?? NaN)),
      steps: perImage.reduce((sum, seconds) => sum + seconds, 0) / perImage.length,
    };
  } finally {
    study.close();
  }
}

try {
  const space = getSpace('elasticvit-mini');
  const engine = await startEngine();
  for (const seed of [1, 2]) {
    const weights = Weights.initialise(space.lower(space.networks.medium, { classes: syntheticClasses.length }), new Random(seed));
    await exportNetwork({
      weights, engine, out: join(folder, `teacher-${seed}.onnx`), batch: 'dynamic', seed, version: 'bench', architecture: space.networks.medium,
      writeFile: writeFileAtomic,
    });
  }
  await secondsPerImage('warm-up', minimal);
  for (let round = 1; round <= rounds; round++) {
    const plain = await secondsPerImage(`minimal-${round}`, minimal);
    const all = await secondsPerImage(`everything-${round}`, everything(false));
    const asked = await secondsPerImage(`asked-${round}`, everything(true));
    const answered = await secondsPerImage(`answered-${round}`, everything(true), `asked-${round}`);
    const ratio = (cost: Cost) => `${(cost.all / plain.all).toFixed(3)} x (steps alone ${(cost.steps / plain.steps).toFixed(3)} x)`;
    console.log(`round ${round}: minimal ${(plain.all * 1000).toFixed(2)} ms an image; everything but teachers ${ratio(all)}; with two teachers ${ratio(asked)}, who answered before ${ratio(answered)}`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
