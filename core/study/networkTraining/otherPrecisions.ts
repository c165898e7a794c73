import { CancelledError } from '../../base/errors.ts';
import { exportNetwork } from '../../export/exportNetwork.ts';
import type { Weights } from '../../model/weights.ts';
import { imagesOfStudy } from '../quantisationImages.ts';
import { safePoint } from '../run/hooks.ts';
import { pocketformerVersion } from '../studyInfo.ts';
import type { NetworkTrainingContext } from './trainingContext.ts';
import type { TrainingResult } from './trainingResult.ts';

/**
 * Writes the trained network in the other precisions that its file asks for, beside the float32 file, each compared with that one on all
 * validation images.
 * @throws CancelledError, and those of `exportNetwork`
 */
export async function exportOtherPrecisions(
  { study, hooks, engine, arch, data, normalisation, settings }: NetworkTrainingContext, weights: Weights, onWritten: () => void,
): Promise<TrainingResult['otherPrecisions']> {
  const { name, seed, export: { otherPrecisions } } = settings;
  const written: TrainingResult['otherPrecisions'] = [];
  for (const precision of otherPrecisions) {
    await safePoint(hooks);
    if (hooks.signal?.aborted) throw new CancelledError();
    const images = imagesOfStudy(data, { of: `the training ${name}`, seed, normalisation, resolution: weights.network.resolution }, { comparedImages: Infinity });
    const path = `models/network.${precision}.onnx`;
    const { sizeBytes, relativeDiff, maxAbsDiff, accuracy } = await exportNetwork({
      ...images, weights, engine, out: study.paths.network.replace(/\.onnx$/, `.${precision}.onnx`), batch: 'dynamic', precision, architecture: arch, classNames: data.classes,
      normalisation, study: name, seed, version: pocketformerVersion(), writeFile: (to, bytes) => study.writeFile(to, bytes),
    });
    written.push({ path, precision, sizeBytes, relativeDiff, comparison: accuracy! });
    study.events.append({ kind: 'exported', path, arch, sizeBytes, precision, accuracy: accuracy!.written, maxAbsDiff });
    onWritten();
  }
  return written;
}
