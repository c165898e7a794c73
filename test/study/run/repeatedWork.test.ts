import { join } from 'node:path';
import { expect, it } from 'vitest';
import { effectiveEvents } from '../../../core/study/eventTypes.ts';
import type { Phase } from '../../../core/study/eventTypes.ts';
import { readEvents } from '../../../core/study/events.ts';
import { createStudy, openStudy } from '../../../core/study/folder.ts';
import { runStudy } from '../../../core/study/run/runStudy.ts';
import { parseStudyFile } from '../../../core/study/studyFile.ts';
import { scratchFolder } from '../scratch.ts';

const text = `version: 1
name: tiny
seed: 3
space: elasticvit-mini
compute: { threads: 1 }
data: { kind: synthetic, imageSize: 32, trainImages: 20, valImages: 10 }
devices: [pixel6]
training: { steps: 3, batchSize: 2, warmupSteps: 1, buckets: 2, checkpointEverySteps: 3 }
search: { generations: 1, initialPopulation: 3, parents: 2, mutations: 1, crossovers: 1, calibrationBatches: 1, evaluationImages: 10 }
export: { perDevice: 2 }
`;

it('tells every step, evaluation and model once, also after failures before the first checkpoint of each phase', async () => {
  const directory = join(scratchFolder(), 'tiny');
  (await createStudy(directory, { settings: parseStudyFile(text, 'tiny.yaml'), text, path: 'tiny.yaml', baseDir: directory })).close();
  const failing: (Phase | undefined)[] = ['training', 'search', 'export', undefined];
  for (const failIn of failing) {
    const study = await openStudy(directory);
    const run = runStudy(study, {
      onProgress: ({ phase, done }) => {
        if (phase === failIn && done === 2) throw new Error(`failed on purpose in ${phase}`);
      },
    });
    if (failIn === undefined) await run;
    // A front of one architecture has one model, and then there is no second to fail at.
    else await run.catch((error: Error) => expect(error.message).toContain('on purpose'));
    study.close();
  }
  const { events } = readEvents(join(directory, 'events.ndjson'));
  const effective = effectiveEvents(events);
  const steps = effective.flatMap((event) => (event.kind === 'step' ? [event.step] : []));
  expect(steps).toEqual([1, 2, 3]);
  const labels = effective.flatMap((event) => (event.kind === 'evaluation' ? [event.label] : []));
  expect(new Set(labels).size).toBe(labels.length);
  const models = effective.flatMap((event) => (event.kind === 'exported' ? [event.path] : []));
  expect(new Set(models).size).toBe(models.length);
  const begun = effective.flatMap((event) => (event.kind === 'phase-started' ? [event.phase] : []));
  expect(begun).toEqual(['training', 'search', 'export']);
  expect(events.filter(({ kind }) => kind === 'step').length).toBeGreaterThan(3);
}, 60_000);
