import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { InputError, messageOf } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import type { Engine } from '../../engine/engine.ts';
import { fitWeights } from '../../model/fitWeights.ts';
import { decodeSafetensors, type WeightTensor } from '../../model/safetensors.ts';
import type { Weights } from '../../model/weights.ts';
import type { Network } from '../../network/network.ts';
import { findArchitecture, getSpace, readArchitecture } from '../../spaces/index.ts';
import type { SearchSpace } from '../../spaces/index.ts';
import { architectureOnFront } from '../architectureOnFront.ts';
import { describeStudy, readStudy } from '../folder.ts';
import { inheritNetwork } from '../inheritNetwork.ts';
import type { TrainingSettings } from './trainingFile.ts';

/** Whose settings, and where its relative paths begin. */
interface Owner {
  readonly settings: TrainingSettings;
  readonly info: { readonly baseDir: string };
}

/**
 * The architecture that a training file names.
 * @throws InputError `other-space` for a study of another space, and those of `findArchitecture` and `architectureOnFront`
 */
export async function architectureOf({ settings, info }: Owner): Promise<unknown> {
  const space = getSpace(settings.space);
  const { arch, start } = settings;
  if (typeof arch !== 'string') return space.parse(arch);
  const onFront = start.study === undefined ? undefined : await architectureOnFront(await studyOf(start.study, info.baseDir, space), arch);
  if (onFront !== undefined) return onFront;
  try {
    return readArchitecture(space, arch);
  } catch (error) {
    if (!(error instanceof InputError) || error.code !== 'unknown-architecture' || !/[/\\.]/.test(arch)) throw error;
    return findArchitecture(space, resolve(info.baseDir, arch));
  }
}

async function studyOf(folder: string, baseDir: string, space: SearchSpace) {
  const study = await describeStudy(resolve(baseDir, folder));
  if (study.settings.space === space.id) return study;
  throw new InputError('other-space', `start.study: ${study.directory} is of the space ${study.settings.space}, the training of ${space.id}.`);
}

/** Weights that a training begins with, and what had to be done to them. */
export interface StartingWeights {
  readonly weights: Weights;
  /** Sentences for people. */
  readonly notes: readonly string[];
}

export interface StartOptions {
  readonly space: SearchSpace;
  readonly arch: unknown;
  /** With all its tokens. */
  readonly network: Network;
  readonly classNames: readonly string[];
  readonly engine: Engine;
}

/**
 * Weights from a study's supernet or from a file, fitted to the network's resolution and classes; undefined where the training begins
 * with fresh ones.
 * @throws InputError `weights-mismatch`, `not-in-supernet`, `missing-file`, `invalid-weights-file`, and those of `loadTrainedStudy`
 */
export async function startingWeights(owner: Owner, options: StartOptions): Promise<StartingWeights | undefined> {
  const { settings, info } = owner;
  const { study, weights } = settings.start;
  if (study === undefined && weights === undefined) return undefined;
  const given = study === undefined ? await fromFile(resolve(info.baseDir, weights!)) : await fromStudy(study, info.baseDir, options);
  const freshClassifier = given.classNames !== undefined && given.classNames.join('\n') !== options.classNames.join('\n');
  const random = new Random(settings.seed).fork('classifier');
  const { weights: fitted, resampled, fresh } = fitWeights(options.network, given.tensors, { random, freshClassifier });
  return {
    weights: fitted,
    notes: [
      ...(resampled.length > 0 ? [`Learned positions were resampled for ${options.network.resolution} px.`] : []),
      ...(fresh.length > 0 ? ['The classifier starts afresh, because the weights tell other classes apart.'] : []),
    ],
  };
}

interface GivenWeights {
  readonly tensors: Readonly<Record<string, WeightTensor>>;
  /** Where they are known. */
  readonly classNames?: readonly string[];
}

async function fromStudy(folder: string, baseDir: string, { space, arch, engine }: StartOptions): Promise<GivenWeights> {
  const { directory } = await studyOf(folder, baseDir, space);
  const { weights, classNames } = await inheritNetwork(await readStudy(directory), space, arch, engine);
  return { tensors: weights.toTensors(), classNames };
}

const classNamesSchema = z.array(z.string());

async function fromFile(path: string): Promise<GivenWeights> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new InputError('missing-file', `start.weights: ${join(path)} cannot be read (${messageOf(error)}).`, { cause: error });
  }
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const names = metadata.classNames === undefined ? undefined : classNamesSchema.safeParse(JSON.parse(metadata.classNames));
  return { tensors, ...(names?.success ? { classNames: names.data } : {}) };
}
