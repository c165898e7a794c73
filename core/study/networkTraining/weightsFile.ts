import { encodeSafetensors } from '../../model/safetensors.ts';
import type { Weights } from '../../model/weights.ts';
import type { NetworkTrainingContext } from './trainingContext.ts';

/** Writes weights with running statistics as a safetensors file that says what they are of. */
export async function writeWeights({ study, space, arch, data, normalisation, settings }: NetworkTrainingContext, path: string, weights: Weights): Promise<void> {
  const { resolution, classes } = weights.network;
  await study.writeFile(path, encodeSafetensors(weights.toTensors(), {
    format: 'pocketformer-weights', space: space.id, architecture: JSON.stringify(arch), resolution: String(resolution), classes: String(classes),
    classNames: JSON.stringify(data.classes), normalisation: JSON.stringify(normalisation), training: settings.name, seed: String(settings.seed),
  }));
}
