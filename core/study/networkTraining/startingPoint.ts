import { resolve } from 'node:path';
import { Random } from '../../base/random.ts';
import type { Normalisation } from '../../data/normalisation.ts';
import type { Engine } from '../../engine/engine.ts';
import { fitWeights, type FittedWeights } from '../../model/fitWeights.ts';
import type { WeightTensor } from '../../model/safetensors.ts';
import type { Network } from '../../network/network.ts';
import { getSpace } from '../../spaces/index.ts';
import type { SearchSpace } from '../../spaces/index.ts';
import { readStudy } from '../folder.ts';
import { isHandedOver, readReturned } from '../handoff/importHandoff.ts';
import { inheritNetwork } from '../inheritNetwork.ts';
import { loadTrainedStudy } from '../trainedStudy.ts';
import { readWeightsFile } from '../weightsFile.ts';
import { startingStudy, type TrainingOwner } from './namedNetwork.ts';
import type { TrainingSettings } from './trainingFile.ts';

/** Weights that a training begins with, and what had to be done to them. */
export interface StartingWeights extends Pick<FittedWeights, 'weights' | 'resampled'> {
  /** Keys of the classifier's parameters that begin anew, for other classes. */
  readonly newHead: readonly string[];
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
export async function startingWeights(owner: TrainingOwner, options: StartOptions): Promise<StartingWeights | undefined> {
  const { settings, info } = owner;
  const { study, weights, head } = settings.start;
  if (study === undefined && weights === undefined) return undefined;
  const given = study === undefined ? await fromFile(resolve(info.baseDir, weights!)) : await fromStudy(study, info.baseDir, options);
  const otherClasses = given.classNames !== undefined && given.classNames.join('\n') !== options.classNames.join('\n');
  const random = new Random(settings.seed).fork('classifier');
  const { weights: fitted, resampled, fresh } = fitWeights(options.network, given.tensors, { random, freshClassifier: head === 'new' || otherClasses });
  return {
    weights: fitted, resampled, newHead: fresh,
    notes: [
      ...(resampled.length > 0 ? [`Learned positions were resampled for ${options.network.resolution} px.`] : []),
      ...(fresh.length > 0 ? [`The head is new (${fresh.join(', ')})${whyNew(given.classNames, options.classNames)}.`] : []),
    ],
  };
}

function whyNew(before: readonly string[] | undefined, after: readonly string[]): string {
  if (before === undefined) return '';
  if (before.join('\n') === after.join('\n')) return ', as the file asks';
  return `: the weights tell ${before.length} classes apart, the images have ${before.length === after.length ? 'others' : after.length}`;
}

/**
 * How the images were normalised that the weights learned from, which frozen blocks go on reading; undefined where that is not known.
 * @throws as `startingWeights`
 */
export async function startingNormalisation({ settings, info }: TrainingOwner): Promise<Normalisation | undefined> {
  const { study, weights } = settings.start;
  if (weights !== undefined) return (await fromFile(resolve(info.baseDir, weights))).normalisation;
  if (study === undefined) return undefined;
  const { data, normalisation } = await loadTrainedStudy(await startingStudy(study, info.baseDir, getSpace(settings.space)));
  data.close();
  return normalisation;
}

interface GivenWeights {
  readonly tensors: Readonly<Record<string, WeightTensor>>;
  /** Where they are known. */
  readonly classNames?: readonly string[];
  readonly normalisation?: Normalisation;
}

async function fromStudy(folder: string, baseDir: string, { space, arch, engine }: StartOptions): Promise<GivenWeights> {
  const { directory } = await startingStudy(folder, baseDir, space);
  const { weights, classNames, normalisation } = await inheritNetwork(await readStudy(directory), space, arch, engine);
  return { tensors: weights.toTensors(), classNames, normalisation };
}

/** A file of Pocketformer's, of a program that was handed over, or of anyone's with the same names. */
async function fromFile(path: string): Promise<GivenWeights> {
  if (await isHandedOver(path)) {
    const { weights, facts } = await readReturned(path);
    return { tensors: weights.toTensors(), classNames: facts.classNames ?? undefined, normalisation: facts.normalisation };
  }
  const { tensors, facts } = await readWeightsFile(path);
  return { tensors, classNames: facts?.classNames ?? undefined, normalisation: facts?.normalisation };
}

/** What a training begins with, in words. */
export function startText({ study, weights }: TrainingSettings['start']): string {
  if (study !== undefined) return `the supernet of ${study}`;
  return weights === undefined ? 'fresh weights' : `weights of ${weights}`;
}
