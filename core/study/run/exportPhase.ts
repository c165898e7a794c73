import { join } from 'node:path';
import { CancelledError } from '../../base/errors.ts';
import type { Engine } from '../../engine/engine.ts';
import { exportNetwork } from '../../export/exportNetwork.ts';
import type { Provenance } from '../../export/metadata.ts';
import type { Weights } from '../../model/weights.ts';
import type { Network } from '../../network/network.ts';
import type { SearchResult } from '../../search/result.ts';
import { winnersOf } from '../../search/winners.ts';
import { studyOrigin } from '../modelCard/ofStudy.ts';
import { writeOnnxCard } from '../modelCard/writeCard.ts';
import { imagesOfStudy } from '../quantisationImages.ts';
import { pocketformerVersion } from '../studyInfo.ts';
import type { ExportedModel } from '../summary.ts';
import { beginPhase } from './beginPhase.ts';
import type { RunContext, RunData } from './context.ts';
import { safePoint, workedMs } from './hooks.ts';

/** Weights for an exported network, with what the file tells of them. */
export interface WeightsToExport extends Pick<Provenance, 'classNames' | 'normalisation' | 'weightsOrigin'> {
  readonly weights: Weights;
  /** On all validation images; null for untrained weights. */
  readonly accuracy: number | null;
}

/**
 * Writes the ONNX files, with their cards, that each device's front is best represented by, in each precision that the study asks for; one file serves all devices
 * that want it.
 * @param images of the study, from which integers get their ranges; without any they are random numbers
 */
export async function exportPhase(
  context: RunContext, result: SearchResult, weightsFor: (network: Network) => WeightsToExport, engine: Engine, images?: RunData,
): Promise<ExportedModel[]> {
  const { study, hooks, space, classes } = context;
  const { settings: { name, seed, export: { perDevice, precision: precisions } } } = study;
  const wanted = winnersOf(result, perDevice);
  const total = wanted.length * precisions.length;
  const exported: ExportedModel[] = [];
  const startedMs = workedMs(hooks);
  beginPhase(context, 'export', { totalSteps: total });
  for (const { entry, devices } of wanted) {
    const { accuracy, ...made } = weightsFor(space.lower(space.parse(entry.arch), { classes }));
    const { resolution } = made.weights.network;
    for (const precision of precisions) {
      const path = `models/${entry.id}${precision === 'float32' ? '' : `.${precision}`}.onnx`;
      const quantisation = precision === 'float32' || images === undefined ? undefined
        : imagesOfStudy(images.data, { of: `the study ${name}`, seed, normalisation: images.normalisation, resolution }, { comparedImages: Infinity });
      const report = await exportNetwork({
        ...made, calibration: quantisation?.calibration, ...(accuracy === null ? {} : { validation: quantisation?.validation }),
        engine, out: join(study.directory, path), batch: 'dynamic', seed, precision, version: pocketformerVersion(), architecture: entry.arch,
        study: name, writeFile: (to, bytes) => study.writeFile(to, bytes),
      });
      const { sizeBytes, relativeDiff, maxAbsDiff, accuracy: comparison } = report;
      const own = comparison?.written ?? accuracy;
      await writeOnnxCard(join(study.directory, path), (model) => studyOrigin(study, model, {
        engine, summary: context.summary, accuracy: own === null || context.summary.data === null ? null : {
          top1: own, images: comparison?.images ?? context.summary.data.valImages, ...(comparison && { comparison }), seeds: [],
          of: comparison ? 'the file in ONNX Runtime on all validation images' : 'the weights on the engine, on all validation images',
        },
      }), (to, content) => study.writeFile(to, content));
      exported.push({
        path, devices, id: entry.id, key: entry.key, precision, accuracy: own, sizeBytes, relativeDiff, ...(comparison ? { comparison } : {}),
      });
      study.events.append({
        kind: 'exported', path, device: devices.join(', '), arch: entry.arch, sizeBytes, precision, ...(own === null ? {} : { accuracy: own }), maxAbsDiff,
      });
      hooks.onProgress?.({ phase: 'export', done: exported.length, total, unit: 'models' });
      await safePoint(hooks);
      if (hooks.signal?.aborted) throw new CancelledError();
    }
  }
  study.events.append({ kind: 'phase-finished', phase: 'export', seconds: (workedMs(hooks) - startedMs) / 1000 });
  return exported;
}
