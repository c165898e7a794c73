import { readFile } from 'node:fs/promises';
import { CancelledError } from '../base/errors.ts';
import type { ImageSet } from '../data/imageSet.ts';
import type { Normalisation } from '../data/normalisation.ts';
import { runOnnx } from '../export/verify.ts';
import { validationBatches } from '../training/classification/imageBatches.ts';
import { ClassificationTally } from '../training/classification/tally.ts';
import { safePoint, type RunHooks } from './run/hooks.ts';

/**
 * Share of the validation images that an exported file classifies correctly in ONNX Runtime, as its users will run it.
 * @param options.resolution side of the images as the network gets them, in pixels
 * @throws CancelledError; as `runOnnx`
 */
export async function accuracyOfFile(
  path: string, { data, hooks, ...format }: { data: ImageSet; normalisation: Normalisation; resolution: number; batchSize: number; hooks: RunHooks },
): Promise<number> {
  const bytes = await readFile(path);
  const tally = new ClassificationTally(data.classes.length, { wrongImages: 0 });
  for (const { images, labels, indices } of validationBatches(data, format)) {
    tally.add(runOnnx(bytes, [images], path)[0], labels, indices);
    await safePoint(hooks);
    if (hooks.signal?.aborted) throw new CancelledError();
  }
  return tally.result().accuracy;
}
