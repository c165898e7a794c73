import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { createStudy } from '../../study/folder.ts';
import type { Study } from '../../study/folder.ts';
import { readEvents } from '../../study/events.ts';
import { readStudyFile } from '../../study/studyFile.ts';
import { defineCommand } from '../command.ts';
import { engineKind, seedKind } from '../commandOptions.ts';
import { argument, optional, text } from '../options.ts';
import { withOverrides } from '../studyOverrides.ts';
import { printReport } from '../studyReport.ts';
import { followStudy, quoted } from '../studyRun.ts';
import { createNumbered } from '../numberedFolder.ts';

export const run = defineCommand({
  name: 'run',
  summary: 'Run a study: train or score, search for every device, export the best networks',
  details: 'A study file has "training:", or "scoring:" to rank by a score of untrained networks. Ctrl-C stops at the next safe point '
    + 'and leaves a study that "pocketformer resume" goes on with; the same holds for a process that was killed. The same study file, seed and engine give the same result.',
  json: "The study's summary: {directory, status, name, space, seed, engine, data, result: {devices: [{device, front: [...], "
    + 'hypervolume, referencePoint, ...}], ...}, exported: [...], warnings: [...]}',
  options: {
    study: argument(text('STUDY.yaml', 'the path of a study file'), 'Study file; see examples/quickstart.yaml'),
    out: optional(text('DIR', 'the path of a folder'),
      'Folder of the study; must not exist yet or be empty (default: runs/ and the name of the study, numbered when it exists)'),
    seed: optional(seedKind, "Seed of all random choices (default: the study file's)"),
    engine: optional(engineKind, "Engine that computes (default: the study file's)"),
  },
  examples: [
    'pocketformer run examples/quickstart.yaml',
    'pocketformer run my-study.yaml --out runs/second-try --seed 2',
    'pocketformer run my-study.yaml --json > summary.json',
  ],
  async run({ study: path, out, seed, engine }, surroundings) {
    const file = withOverrides(await readStudyFile(path), { seed, engine });
    const isNew = out === undefined || !existsSync(out);
    const study = out === undefined ? await createNumbered(file.settings.name, (directory) => createStudy(directory, file)) : await createStudy(out, file);
    surroundings.note(`Study in ${quoted(study.directory)}`);
    try {
      const summary = await followStudy(study, surroundings);
      await printReport(study, summary, surroundings);
    } catch (error) {
      if (error instanceof InputError && isUnbegun(study)) await removeStudy(study, isNew);
      throw error;
    }
  },
});

/** The study file asked for something that is not there, and nothing was done yet. */
function isUnbegun({ paths }: Study): boolean {
  return readEvents(paths.events).events.every(({ kind }) => kind !== 'phase-started');
}

/** A folder that was there before stays, empty as it was. */
async function removeStudy({ directory, paths }: Study, isNew: boolean): Promise<void> {
  const own = isNew ? [directory] : [paths.studyFile, paths.marker, paths.info, paths.events, paths.cache, join(paths.summary, '..')];
  for (const path of own) await rm(path, { recursive: true, force: true });
}
