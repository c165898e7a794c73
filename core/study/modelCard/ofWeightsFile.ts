import { basename, dirname, resolve } from 'node:path';
import type { Engine } from '../../engine/engine.ts';
import { isTraining, readTraining } from '../networkTraining/trainingFolder.ts';
import { readTrainingResult } from '../networkTraining/trainingResult.ts';
import type { DescribedModel } from './describeModel.ts';
import { engineText } from './engineText.ts';
import { trainingOrigin } from './ofTraining.ts';
import { sizeOptions } from './sizeOptions.ts';
import { commandText } from './words.ts';
import type { CardOrigin } from './writeCard.ts';

/** How weights of a file were exported. */
export interface WeightsFileExport {
  /** Path of the weights. */
  readonly weightsFile: string;
  readonly batch: number | 'dynamic';
  readonly engine: Engine;
  /** Folder of images that integers got their ranges from. */
  readonly images?: string;
}

/**
 * The origin of a model with weights of a file. Where the file lies in the folder of the training that it is the outcome of, the training
 * tells the rest; elsewhere nobody does.
 */
export async function weightsFileOrigin(model: DescribedModel, { weightsFile, batch, engine, images }: WeightsFileExport): Promise<CardOrigin> {
  const { file, network } = model;
  const { classes: _, ...size } = sizeOptions(model);
  const command = commandText('export', {
    weights: weightsFile, space: network.space, arch: network.published ?? JSON.stringify(network.architecture), ...size, precision: file.precision, batch,
    ...(images !== undefined && file.calibration && { images, 'calibration-images': file.calibration.images, ranges: file.calibration.ranges }), out: file.name,
  });
  const known = await ofTraining(model, weightsFile, engine);
  if (known) return { ...known, reproduce: { ...known.reproduce, commands: [...known.reproduce.commands, command], note: null } };
  return {
    weights: { origin: 'given', text: `Its weights are those of the file ${basename(weightsFile)}.` }, engine: engineText(engine), data: null, recipe: null, accuracy: null, devices: [],
    preparation: null, remarks: [], reproduce: { commands: [command], files: [], note: null },
  };
}

async function ofTraining(model: DescribedModel, weightsFile: string, engine: Engine): Promise<CardOrigin | undefined> {
  const directory = dirname(dirname(resolve(weightsFile)));
  if (!isTraining(directory)) return undefined;
  const training = await readTraining(directory);
  const result = await readTrainingResult(training.paths);
  const isOutcome = result && result.key === model.network.key && resolve(weightsFile) === resolve(training.paths[result.evaluation.weights]);
  if (!isOutcome) return undefined;
  const origin = await trainingOrigin(training, result, engine, model);
  // The training measured files of its own: in float32 the same network at the same size, in other precisions with other ranges.
  const isMeasured = model.backbone === undefined && model.file.precision === 'float32' && model.network.resolution === result.resolution;
  return isMeasured ? origin : { ...origin, accuracy: null };
}
