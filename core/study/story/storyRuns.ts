import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Precision } from '../../graph/onnx/precision.ts';
import { targetTitle } from '../../latency/measurements/target.ts';
import { readEvents } from '../events.ts';
import { describeStudy, studyPaths } from '../folder.ts';
import { isTraining, readTraining, trainingPaths } from '../networkTraining/trainingFolder.ts';
import { readTrainingResult } from '../networkTraining/trainingResult.ts';
import { passesOfStep, spentMacs } from '../spentMacs.ts';
import { workedSeconds } from '../workedSeconds.ts';
import { readInherited } from './inherited.ts';
import { isMeasured, modelsOfFiles, readMeasured } from './measureFiles.ts';
import { inheritedNetwork, type StoryPiece } from './pieces.ts';

/** One ONNX file of a network. */
export interface FileOfRun {
  readonly precision: Precision;
  readonly path: string;
  /** Of the file in ONNX Runtime, on all validation images. */
  readonly accuracy: number;
  readonly sizeBytes: number;
  /** Largest difference from the network that it was made of, relative to the logits' scale. */
  readonly relativeDiff: number;
  /** On this computer; null before it is measured. */
  readonly latencyMs: number | null;
  /** The rounds of its measurement lie too far apart, also after measuring again. */
  readonly isDoubtful?: boolean;
}

/** One network of one seed, for one phone. */
export interface StoryRun {
  readonly seed: number;
  readonly phone: string;
  readonly network: string;
  readonly space: string;
  readonly key: string;
  readonly arch: unknown;
  readonly resolution: number;
  readonly macs: number;
  readonly params: number;
  /** On its phone, in float32. */
  readonly predictedMs: number;
  /** Of its own training; 0 with inherited weights. */
  readonly epochs: number;
  readonly trainingSeconds: number;
  /** Of supernet and search, its phone's share, where it comes from them. */
  readonly searchSeconds: number;
  /** Multiply-accumulates of its own training, forward and backward; 0 with inherited weights. */
  readonly trainingMacs: number;
  /** Of supernet and search, its phone's share; null where the history does not tell. */
  readonly searchMacs: number | null;
  readonly files: readonly FileOfRun[];
}

export interface RunsOfSeed {
  readonly runs: readonly StoryRun[];
  /** What the files were measured on, for people; undefined before they are. */
  readonly target: string | undefined;
}

/** What the finished pieces of one seed say. @param pieces of that seed. @throws InputError where a piece's files are damaged */
export async function runsOfSeed(pieces: readonly StoryPiece[], phoneNames: readonly string[]): Promise<RunsOfSeed> {
  const study = pieces.find(({ kind }) => kind === 'study')!;
  const search = await isFinished(study) ? await searchShare(study, phoneNames.length) : nothing;
  const runs: StoryRun[] = [];
  for (const piece of pieces) {
    if (piece.kind === 'inherited') runs.push(...await inheritedRuns(piece, study, search));
    if (piece.kind === 'training') runs.push(...await trainedRun(piece, phoneNames[piece.phone], piece.step === 'hand-designed' ? nothing : search));
  }
  return withLatencies(runs, pieces.find(({ kind }) => kind === 'session')!.folder);
}

/** Whether there is nothing left to do. */
export async function isFinished(piece: StoryPiece): Promise<boolean> {
  switch (piece.kind) {
    case 'study': return existsSync(studyPaths(piece.folder).info) && (await describeStudy(piece.folder)).info.status === 'finished';
    case 'inherited': return await readInherited(piece.folder) !== undefined;
    case 'training': return isTraining(piece.folder) && (await readTraining(piece.folder)).info.status === 'finished';
    case 'session': return isMeasured(piece.folder);
  }
}

/** Seconds that a study or training has spent in phases, by its history. */
export const secondsOf = (events: string, phases: Parameters<typeof workedSeconds>[1]) => workedSeconds(readEvents(events).events, phases);

/** What supernet and search took for one phone. */
type SearchShare = Pick<StoryRun, 'searchSeconds' | 'searchMacs'>;

const nothing: SearchShare = { searchSeconds: 0, searchMacs: 0 };

/** @param study a finished one @param phones that it searched for, which share its supernet and search alike */
export async function searchShare(study: StoryPiece, phones: number): Promise<SearchShare> {
  const { settings: { training, search } } = await describeStudy(study.folder);
  const { events } = readEvents(studyPaths(study.folder).events);
  const spent = spentMacs(events, { batchSize: training!.batchSize, calibrationBatches: search.calibrationBatches });
  return { searchSeconds: workedSeconds(events, ['training', 'search']) / phones, searchMacs: spent && (spent.training + spent.search) / phones };
}

async function inheritedRuns(piece: StoryPiece, study: StoryPiece, search: SearchShare): Promise<StoryRun[]> {
  const winners = await readInherited(piece.folder);
  if (winners === undefined) return [];
  const { settings: { space } } = await describeStudy(study.folder);
  return winners.map(({ phone, key, arch, resolution, macs, params, latencyMs, path, accuracy, sizeBytes, relativeDiff }) => ({
    seed: piece.seed, phone, network: inheritedNetwork, space, key, arch, resolution, macs, params, predictedMs: latencyMs, epochs: 0, trainingSeconds: 0, trainingMacs: 0, ...search,
    files: [{ precision: 'float32', path: join(piece.folder, path), accuracy, sizeBytes, relativeDiff, latencyMs: null }],
  }));
}

async function trainedRun(piece: StoryPiece & { readonly kind: 'training' }, phone: string, search: SearchShare): Promise<StoryRun[]> {
  if (!await isFinished(piece)) return [];
  const paths = trainingPaths(piece.folder);
  const result = (await readTrainingResult(paths))!;
  const { space, key, arch, resolution, macs, params, latencies, epochs, trainingMacs, exported, otherPrecisions } = result;
  const fileOf = (precision: Precision, accuracy: number, { path, sizeBytes, relativeDiff }: typeof exported | typeof otherPrecisions[number]): FileOfRun =>
    ({ precision, path: join(piece.folder, path), accuracy, sizeBytes, relativeDiff, latencyMs: null });
  return [{
    seed: piece.seed, phone, network: piece.network, space, key, arch, resolution, macs, params, predictedMs: latencies.find(({ device }) => device === phone)!.latencyMs,
    epochs: epochs.at(-1)!.epoch, trainingSeconds: secondsOf(paths.events, ['training']), trainingMacs: passesOfStep * trainingMacs, ...search,
    files: [fileOf('float32', exported.accuracy, exported), ...otherPrecisions.map((file) => fileOf(file.precision, file.comparison.written, file))],
  }];
}

async function withLatencies(runs: readonly StoryRun[], session: string): Promise<RunsOfSeed> {
  const models = await modelsOfFiles(runs.flatMap(({ files }) => files.map(({ path }) => path)));
  const measured = await readMeasured(session, [...new Set(models.values())]);
  const [first] = measured.values();
  return {
    runs: runs.map((run) => ({
      ...run, files: run.files.map((file) => {
        const found = measured.get(models.get(file.path)!.sha256);
        return found === undefined ? file : { ...file, latencyMs: found.latencyMs, ...(found.flags.includes('rounds-disagree') && { isDoubtful: true }) };
      }),
    })),
    target: first && targetTitle({ ...first.target, precision: undefined }),
  };
}
