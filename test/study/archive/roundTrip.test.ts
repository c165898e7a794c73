import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CancelledError } from '../../../core/base/errors.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { packStudy } from '../../../core/study/archive/pack.ts';
import { unpackStudy } from '../../../core/study/archive/unpack.ts';
import { exportFromStudy } from '../../../core/study/exportFromStudy.ts';
import { createStudy, openStudy, readStudy } from '../../../core/study/folder.ts';
import { readModelCard, requireSameModel } from '../../../core/study/modelCard/files.ts';
import { runStudy } from '../../../core/study/run/runStudy.ts';
import { parseStudyFile } from '../../../core/study/studyFile.ts';
import { scratchFolder } from '../scratch.ts';

const scratch = scratchFolder();
const text = `version: 1
name: traveller
seed: 3
space: elasticvit-mini
compute: { threads: 1 }
data: { kind: synthetic, imageSize: 32, trainImages: 20, valImages: 10 }
devices: [pixel6]
training: { steps: 3, batchSize: 2, warmupSteps: 1, buckets: 2, checkpointEverySteps: 1 }
search: { generations: 1, initialPopulation: 3, parents: 2, mutations: 1, crossovers: 1, calibrationBatches: 1, evaluationImages: 10 }
export: { perDevice: 1 }
`;

async function make(directory: string): Promise<void> {
  (await createStudy(directory, { settings: parseStudyFile(text, 'traveller.yaml'), text, path: 'traveller.yaml', baseDir: scratch })).close();
}

/** @param stopInTraining whether it is stopped there, after its first steps */
async function run(directory: string, stopInTraining = false): Promise<void> {
  const study = await openStudy(directory);
  const stop = new AbortController();
  try {
    await runStudy(study, { signal: stop.signal, onProgress: ({ phase, done }) => { if (stopInTraining && phase === 'training' && done >= 1) stop.abort(); } });
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
  } finally {
    study.close();
  }
}

it('goes on elsewhere as it would have at home: the same fronts, the same models byte for byte', async () => {
  const [home, left] = [join(scratch, 'home'), join(scratch, 'left')];
  await make(home);
  await run(home);
  await make(left);
  await run(left, true);
  expect((await readStudy(left)).info.status).toBe('interrupted');
  await packStudy({ directory: left, out: join(scratch, 'left.zip'), without: null });
  const { directory: away } = await unpackStudy({ archive: join(scratch, 'left.zip'), library: join(scratch, 'away') });
  await run(away);
  const fronts = (directory: string) => readFileSync(join(directory, 'results', 'fronts.json'), 'utf8');
  expect(fronts(away)).toBe(fronts(home));

  await packStudy({ directory: home, out: join(scratch, 'home.zip'), without: null });
  const { directory: opened } = await unpackStudy({ archive: join(scratch, 'home.zip'), library: join(scratch, 'away') });
  const view = await readStudy(opened);
  const path = view.events.flatMap((event) => (event.kind === 'exported' ? [event.path] : []))[0];
  const arch = getSpace('elasticvit-mini').parse(view.events.flatMap((event) => (event.kind === 'exported' ? [event.arch] : []))[0]);
  const out = join(scratch, 'again.onnx');
  await exportFromStudy({ view, engine: await startEngine('auto', { threads: 1 }), arch, out, batch: 'dynamic' });
  expect(readFileSync(out).equals(readFileSync(join(home, path)))).toBe(true);
  for (const model of [join(home, path), join(opened, path), join(away, path)]) await requireSameModel(model, await readModelCard(model));
}, 300_000);
