import { join } from 'node:path';
import { z } from 'zod';
import { CancelledError } from '../../base/errors.ts';
import type { Engine } from '../../engine/engine.ts';
import { exportNetwork } from '../../export/exportNetwork.ts';
import { networkParams } from '../../network/blockGraph.ts';
import { networkMacs } from '../../network/counts.ts';
import { getSpace } from '../../spaces/index.ts';
import { accuracyOfFile } from '../accuracyOfFile.ts';
import { makeDirectory, writeFileAtomic } from '../files.ts';
import { readStudy } from '../folder.ts';
import { withInherited } from '../inheritNetwork.ts';
import { studyOrigin } from '../modelCard/ofStudy.ts';
import { writeOnnxCard } from '../modelCard/writeCard.ts';
import { readResult } from '../readResult.ts';
import { requireTraining } from '../requireTraining.ts';
import type { RunHooks } from '../run/hooks.ts';
import { pocketformerVersion } from '../studyInfo.ts';
import { readSummary } from '../summary.ts';
import type { StoryPhone } from './pieceFiles.ts';
import { winnerOf } from './winner.ts';

const count = z.int().min(0);
const winnerSchema = z.object({
  phone: z.string(), id: z.string(), key: z.string(), arch: z.unknown(),
  /** Predicted, of one image. */
  latencyMs: z.number(),
  macs: count, params: count, resolution: count,
  /** Relative to the folder. */
  path: z.string(), sizeBytes: count, relativeDiff: z.number(),
  /** Of the file in ONNX Runtime, on all validation images. */
  accuracy: z.number().min(0).max(1),
});
const inheritedSchema = z.object({ format: z.literal('pocketformer-story-inherited'), version: z.literal(1), winners: z.array(winnerSchema) });

/** A phone's winner as the search leaves it, with weights from the supernet. */
export type InheritedWinner = z.output<typeof winnerSchema>;

const resultPath = (folder: string) => join(folder, 'inherited.json');

/** Undefined while they are not written. @throws InputError `damaged-result` */
export async function readInherited(folder: string): Promise<readonly InheritedWinner[] | undefined> {
  return (await readResult(resultPath(folder), inheritedSchema, 'is not what a story has written; was it edited?'))?.winners;
}

/**
 * Writes each phone's winner with what the supernet has learned for it as an ONNX file, judges the file, and writes its card.
 * @throws as `winnerOf`, `withInherited` and `exportNetwork`; CancelledError
 */
export async function exportInherited(
  { folder, studyFolder, phones, engine }: { folder: string; studyFolder: string; phones: readonly StoryPhone[]; engine: Engine }, hooks: RunHooks,
): Promise<void> {
  const view = await readStudy(studyFolder);
  const { name, seed, training: { batchSize } } = requireTraining(view.settings, studyFolder);
  const summary = await readSummary(view.paths.summary);
  const space = getSpace(view.settings.space);
  await makeDirectory(folder);
  const winners: InheritedWinner[] = [];
  for (const phone of phones) {
    const { id, key, arch: json, latencyMs } = winnerOf(summary, phone);
    const arch = space.parse(json);
    const path = `${phone.name}.onnx`;
    winners.push(await withInherited(view, space, arch, engine, async (inherited, data) => {
      const { weights: { network }, normalisation } = inherited;
      const out = join(folder, path);
      const { sizeBytes, relativeDiff } = await exportNetwork({
        ...inherited, engine, out, batch: 'dynamic', architecture: json, seed, study: name, version: pocketformerVersion(), writeFile: writeFileAtomic,
      });
      const { resolution } = network;
      const accuracy = await accuracyOfFile(out, { data, normalisation, resolution, hooks, batchSize: Math.max(64, batchSize) });
      await writeOnnxCard(out, (model) => studyOrigin(view, model, {
        engine, summary, command: { name: 'export', batch: 'dynamic' },
        accuracy: { top1: accuracy, images: data.val.count, of: 'the file in ONNX Runtime on all validation images', seeds: [] },
      }), writeFileAtomic);
      return { phone: phone.name, id, key, arch: json, latencyMs, macs: networkMacs(network), params: networkParams(network), resolution, path, sizeBytes, relativeDiff, accuracy };
    }));
    hooks.onProgress?.({ phase: 'export', done: winners.length, total: phones.length, unit: 'models' });
    if (hooks.signal?.aborted) throw new CancelledError();
  }
  await writeFileAtomic(resultPath(folder), `${JSON.stringify({ format: 'pocketformer-story-inherited', version: 1, winners }, undefined, 1)}\n`);
}
