import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { CancelledError, InputError } from '../../base/errors.ts';
import { startEngine } from '../../engine/engines.ts';
import type { ModelToMeasure } from '../../latency/profilers/profiler.ts';
import { networkMacs } from '../../network/counts.ts';
import { createStudy, openStudy, studyPaths } from '../folder.ts';
import type { MeasuringHooks } from '../measuring/measureModels.ts';
import { runTraining } from '../networkTraining/runTraining.ts';
import { createTraining, isTraining, openTraining, trainingPaths } from '../networkTraining/trainingFolder.ts';
import type { TrainingFile } from '../networkTraining/trainingFile.ts';
import { readTrainingResult } from '../networkTraining/trainingResult.ts';
import type { RunHooks } from '../run/hooks.ts';
import { runStudy } from '../run/runStudy.ts';
import { passesOfStep } from '../spentMacs.ts';
import { readSummary } from '../summary.ts';
import { affordableEpochs } from './affordableEpochs.ts';
import { handDesignedFor } from './handDesigned.ts';
import { exportInherited } from './inherited.ts';
import { measureFiles, modelsOfFiles } from './measureFiles.ts';
import { phonesOf, studyFileOf, trainingFileOf, type StoryPhone } from './pieceFiles.ts';
import { allPieces, pieceFilter, retrainedNames, studyFolderOf, type StoryPiece } from './pieces.ts';
import { secondsLeft } from './secondsLeft.ts';
import type { StoryFile } from './storyFile.ts';
import { keepMark } from './storyMark.ts';
import { writeStory } from './storyResults.ts';
import { isFinished, runsOfSeed, searchShare } from './storyRuns.ts';
import type { StorySummary } from './summarise.ts';
import { winnerOf } from './winner.ts';

export interface PlaceInStory {
  readonly number: number;
  readonly pieces: number;
  /** Of the wanted pieces, by what those of other seeds took; undefined before one seed is done. */
  readonly secondsLeft: number | undefined;
}

export interface StoryHooks extends Pick<RunHooks, 'onProgress' | 'onMessage' | 'signal'> {
  /** Which pieces to do (`pieceFilter`); all by default. */
  readonly only?: string;
  /** Does no piece, and writes the results of those that are done anew. */
  readonly reportOnly?: boolean;
  /** A piece begins or goes on; finished ones are passed over. */
  readonly onPiece?: (piece: StoryPiece, place: PlaceInStory) => void;
  /** Before files are measured. @returns what wants to follow that */
  readonly onMeasuring?: (models: readonly ModelToMeasure[]) => Pick<MeasuringHooks, 'onStep' | 'onEntry'>;
}


/**
 * Does what is left of a story: one seed after the other, of each the search, the winners' retraining, the networks beside them, and the
 * latencies. Every piece is a study, a training or a session in a folder of its own, and `results/` is written anew after each.
 * @throws InputError `other-story` when the folder holds a different one, `missing-piece` when the wanted pieces need one that is not done,
 * and those of the pieces; CancelledError with everything saved
 */
export async function runStory(directory: string, story: StoryFile, hooks: StoryHooks = {}): Promise<StorySummary> {
  const phones = phonesOf(story);
  const names = phones.map(({ name }) => name);
  const chosen = hooks.only === undefined ? () => true : pieceFilter(hooks.only, story.settings);
  const wanted = (piece: StoryPiece) => !hooks.reportOnly && chosen(piece);
  checkPieces(story, phones);
  const pieces = allPieces(directory, story.settings, names);
  await keepMark(directory, story, pieces);
  const finished = new Set<StoryPiece>();
  for (const piece of pieces) if (await isFinished(piece)) finished.add(piece);
  for (const [i, piece] of pieces.entries()) {
    if (finished.has(piece) || !wanted(piece)) continue;
    const ofSeed = pieces.filter(({ seed }) => seed === piece.seed);
    requireEarlier(piece, ofSeed, finished);
    const left = pieces.filter((each) => wanted(each) && !finished.has(each));
    hooks.onPiece?.(piece, { number: i + 1, pieces: pieces.length, secondsLeft: secondsLeft([...finished], left) });
    await runPiece(piece, { story, phones, pieces: ofSeed }, hooks);
    finished.add(piece);
    await writeStory(directory, story, phones);
    if (hooks.signal?.aborted) throw new CancelledError();
  }
  return writeStory(directory, story, phones);
}

interface PieceContext {
  readonly story: StoryFile;
  readonly phones: readonly StoryPhone[];
  /** Of the piece's seed. */
  readonly pieces: readonly StoryPiece[];
}

async function runPiece(piece: StoryPiece, context: PieceContext, hooks: StoryHooks): Promise<void> {
  const { story, phones, pieces } = context;
  switch (piece.kind) {
    case 'study': return runStudyPiece(piece, story, hooks);
    case 'inherited':
      return exportInherited({ folder: piece.folder, studyFolder: studyFolderOf(pieces, piece.seed), phones, engine: await startEngine(story.settings.engine) }, hooks);
    case 'training': return runTrainingPiece(piece.folder, () => trainingOf(piece, context, hooks), hooks);
    case 'session': {
      const { runs } = await runsOfSeed(pieces, phones.map(({ name }) => name));
      const models = [...new Set((await modelsOfFiles(runs.flatMap(({ files }) => files.map(({ path }) => path)))).values())];
      return measureFiles(piece.folder, models, story.settings.measuring, { signal: hooks.signal, ...hooks.onMeasuring?.(models) });
    }
  }
}

async function runStudyPiece({ folder, seed }: StoryPiece, story: StoryFile, hooks: StoryHooks): Promise<void> {
  const study = existsSync(studyPaths(folder).info) ? await openStudy(folder) : await createStudy(folder, studyFileOf(story, seed));
  try {
    await runStudy(study, hooks);
  } finally {
    study.close();
  }
}

/** @param fileOf told for a new training alone: one that is there goes on as it began */
async function runTrainingPiece(folder: string, fileOf: () => Promise<TrainingFile>, hooks: StoryHooks): Promise<void> {
  const training = isTraining(folder) ? await openTraining(folder) : await createTraining(folder, await fileOf());
  try {
    await runTraining(training, hooks);
  } finally {
    training.close();
  }
  // Decoded images are of no more use, and there would be as many copies as trainings.
  await rm(trainingPaths(folder).cache, { recursive: true, force: true });
}

async function trainingOf(piece: StoryPiece & { readonly kind: 'training' }, { story, phones, pieces }: PieceContext, { onMessage }: StoryHooks): Promise<TrainingFile> {
  const { seed, phone, network } = piece;
  const study = studyFolderOf(pieces, seed);
  const summary = await readSummary(studyPaths(study).summary);
  const winner = winnerOf(summary, phones[phone]);
  const name = `${story.settings.name}-${phones[phone].name}-${network}-seed-${seed}`;
  if (piece.step === 'retrain') {
    return trainingFileOf(story, { seed, name, space: story.settings.space, arch: winner.arch, ...(piece.start === 'inherited' && { study }) });
  }
  const { imageSize, classes } = summary.data!;
  const { latencyMs: targetMs } = winner;
  const { space, arch, latencyMs } = handDesignedFor(piece.design.family, { device: phones[phone].device, targetMs, imageSize, classes: classes.length });
  if (latencyMs > targetMs) onMessage?.(`${name}: even the smallest takes ${latencyMs.toPrecision(3)} ms, where the winner takes ${targetMs.toPrecision(3)}; the comparison is in its favour.`, 'warning');
  const file = trainingFileOf(story, { seed, name, space: space.id, arch, resolution: imageSize });
  if (piece.design.budget === 'recipe') return file;
  const macs = networkMacs(space.lower(arch, { classes: classes.length, resolution: imageSize }));
  const epochs = affordableEpochs(await spentOn(story, phones.length, phone, pieces), macs, summary.data!.trainImages, file.settings.training);
  return trainingFileOf(story, { seed, name, space: space.id, arch, resolution: imageSize, epochs });
}

/** Multiply-accumulates that a phone's winner has cost: its retraining, and the phone's share of supernet and search. @throws InputError `unknown-budget` */
async function spentOn({ path, settings: { retraining: { starts } } }: StoryFile, phones: number, phone: number, pieces: readonly StoryPiece[]): Promise<number> {
  const retrained = pieces.find((piece) => piece.kind === 'training' && piece.phone === phone && piece.network === retrainedNames[starts[0]])!;
  const { trainingMacs } = (await readTrainingResult(trainingPaths(retrained.folder)))!;
  const { searchMacs } = await searchShare(pieces.find(({ kind }) => kind === 'study')!, phones);
  if (searchMacs === null) {
    throw new InputError('unknown-budget', `${path}: the supernet was trained by an earlier version, whose history does not tell what it took; tell the story anew in `
      + 'another folder, or set handDesigned.budgets to [recipe].');
  }
  return passesOfStep * trainingMacs + searchMacs;
}

/** Pieces come in the order of what they need; a later step needs all of the earlier ones. */
function requireEarlier(piece: StoryPiece, ofSeed: readonly StoryPiece[], finished: ReadonlySet<StoryPiece>): void {
  const missing = ofSeed.slice(0, ofSeed.indexOf(piece)).find((earlier) => earlier.step !== piece.step && !finished.has(earlier));
  if (missing === undefined) return;
  throw new InputError('missing-piece', `${piece.title} of seed ${piece.seed} needs what comes before; expected "--only ${missing.seed}/${missing.step}" to be done first.`);
}

/** Nobody wants to learn after an hour that a section does not go together. */
function checkPieces(story: StoryFile, phones: readonly StoryPhone[]): void {
  const [twice] = phones.filter(({ name }, i) => phones.findIndex((other) => other.name === name) !== i);
  if (twice) throw new InputError('invalid-story-file', `${story.path}: phones: ${twice.name} is there twice; expected each phone once.`);
  const { seeds: [seed], name, space } = story.settings;
  studyFileOf(story, seed);
  trainingFileOf(story, { seed, name, space, arch: 'max', study: 'search' });
}
