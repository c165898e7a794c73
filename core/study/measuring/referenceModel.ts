import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startEngine } from '../../engine/engines.ts';
import { exportNetwork } from '../../export/exportNetwork.ts';
import type { ModelToMeasure } from '../../latency/profilers/profiler.ts';
import { freshWeights } from '../../model/freshWeights.ts';
import { elasticVitMini } from '../../spaces/elasticvit/space.ts';
import { writeFileAtomic } from '../files.ts';
import { pocketformerVersion } from '../studyInfo.ts';
import { modelOfFile } from './modelFiles.ts';
import { referenceName } from './sessionFolder.ts';

/**
 * The network whose latency tells whether a device is as it was when a session began: convolutions, attention and
 * perceptrons in one, as in what is measured, and the same in every session. Any network would do that stays the same
 * (latency.md, section 5.4, names MobileNetV2); this one needs no download.
 * @returns a file in the folder, written unless it is there
 */
export async function referenceModel(folder: string): Promise<ModelToMeasure> {
  const path = join(folder, referenceName);
  if (!existsSync(path)) {
    const arch = elasticVitMini.largest;
    const engine = await startEngine('auto');
    const weights = freshWeights(elasticVitMini.lower(arch), 1, engine);
    await exportNetwork({
      weights, engine, out: path, batch: 1, architecture: arch, seed: 1, weightsOrigin: 'untrained', version: pocketformerVersion(), writeFile: writeFileAtomic,
    });
  }
  return { ...await modelOfFile(path), name: 'reference' };
}
