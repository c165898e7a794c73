import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { PocketformerError } from '../../base/errors.ts';
import { namesIn, writeFileAtomic } from '../files.ts';
import type { StudyDescription } from '../folder.ts';
import { describeOnnx } from './describeModel.ts';
import { cardPaths, readModelCard } from './files.ts';
import { latenciesOn } from './latencies.ts';
import { limitsOf } from './limits.ts';
import { devicesOf } from './ofStudy.ts';
import { writeCard } from './writeCard.ts';

/**
 * Brings the latencies on the cards of a study's models up to what has been measured and what its device models say now. All else stays as
 * it was when the models were written. A model whose card is missing, damaged or of another file is passed over.
 */
export async function refreshLatencies(study: Pick<StudyDescription, 'paths' | 'settings' | 'info'>): Promise<void> {
  const { devices } = await devicesOf(study);
  for (const name of await namesIn(study.paths.models)) {
    const path = join(study.paths.models, name);
    if (!name.endsWith('.onnx') || !existsSync(cardPaths(path).facts)) continue;
    try {
      const card = await readModelCard(path);
      const model = describeOnnx(await readFile(path), basename(path));
      if (model.file.sha256 !== card.file.sha256) continue;
      const refreshed = { ...card, latencies: devices.flatMap((device) => latenciesOn(device, model)) };
      if (!isDeepStrictEqual(refreshed.latencies, card.latencies)) await writeCard(path, { ...refreshed, limits: limitsOf(refreshed) }, writeFileAtomic);
    } catch (error) {
      if (!(error instanceof PocketformerError) || error.code === 'disk-full' || error.code === 'cannot-write') throw error;
    }
  }
}
