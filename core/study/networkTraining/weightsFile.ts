import { encodeSafetensors } from '../../model/safetensors.ts';
import type { Weights } from '../../model/weights.ts';
import { weightsMetadata } from '../weightsFile.ts';
import type { NetworkTrainingContext } from './trainingContext.ts';

/** Writes weights with running statistics as a safetensors file that says what they are of. */
export async function writeWeights({ study, space, arch, data, normalisation, settings }: NetworkTrainingContext, path: string, weights: Weights): Promise<void> {
  const { resolution, classes } = weights.network;
  const metadata = weightsMetadata({ space: space.id, architecture: arch, resolution, classes, classNames: [...data.classes], normalisation, seed: settings.seed });
  await study.writeFile(path, encodeSafetensors(weights.toTensors(), { ...metadata, training: settings.name }));
}
