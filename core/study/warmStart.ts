import { resolve } from 'node:path';
import { InputError } from '../base/errors.ts';
import type { Objective } from '../search/objective.ts';
import { predictLatencies } from '../search/problem.ts';
import type { SearchProblem } from '../search/problem.ts';
import { searchResultSchema } from '../search/resultFile.ts';
import { selectParents, takeTurns } from '../search/selection.ts';
import type { SearchSettings } from '../search/settings.ts';
import { getSpace } from '../spaces/index.ts';
import type { SearchSpace } from '../spaces/space.ts';
import { FollowedEvaluations } from './evaluations/followEvaluations.ts';
import { describeStudy } from './folder.ts';
import type { StudyDescription } from './folder.ts';
import { objectiveOf } from './objectiveOf.ts';
import { readText } from './textFile.ts';

/** An architecture with the value that it had in an earlier study. */
export interface EarlierEvaluation {
  readonly arch: unknown;
  readonly value: number;
}

/**
 * An earlier study that a search is to begin with.
 * @param baseDir that the folder is relative to
 * @param space of the search
 * @throws InputError `other-space`, and those of `describeStudy`
 */
export async function findEarlierStudy(folder: string, baseDir: string, space: SearchSpace): Promise<StudyDescription> {
  const study = await describeStudy(resolve(baseDir, folder));
  if (study.settings.space === space.id) return study;
  throw new InputError('other-space', `${study.directory}: searches the space ${study.settings.space}; a search of `
    + `${space.id} can begin only with studies of ${space.id}.`);
}

/**
 * Everything that earlier studies have evaluated so far, study by study. They are only read and may be running.
 * @throws InputError `no-fronts` for a study that has evaluated nothing, and those of `findEarlierStudy`
 */
export async function readEarlierStudies(
  folders: readonly string[], baseDir: string, space: SearchSpace,
): Promise<readonly (readonly EarlierEvaluation[])[]> {
  // All are found before any is read, which takes longer.
  const studies = await Promise.all(folders.map((folder) => findEarlierStudy(folder, baseDir, space)));
  const evaluations: EarlierEvaluation[][] = [];
  for (const study of studies) evaluations.push(await evaluationsOf(study));
  return evaluations;
}

/**
 * What a search had best begin with, the studies taking turns: each orders its architectures as parents are chosen, so its
 * fronts on this search's devices come first. Values of one study are compared with each other alone, as other
 * weights, or another proxy, give others.
 */
export function earlierBest(
  studies: readonly (readonly EarlierEvaluation[])[], problem: SearchProblem<unknown>, settings: SearchSettings,
): unknown[] {
  const ordered = studies.map((evaluations) => {
    const scored = evaluations.map((one) => ({ ...one, latencies: predictLatencies(problem, one.arch) }));
    return selectParents(scored, problem.devices, { ...settings, parents: Infinity }, undefined);
  });
  return takeTurns(ordered, Infinity).map(({ arch }) => arch);
}

/** From the history, and from the results where the history lacks something, as when it was tidied away. */
async function evaluationsOf({ directory, paths, settings }: StudyDescription): Promise<EarlierEvaluation[]> {
  const space = getSpace(settings.space);
  const found = new Map<string, EarlierEvaluation>();
  for (const { key, arch, value } of [...await frontsOf(paths.fronts), ...await historyOf(paths, space, objectiveOf(settings))]) {
    if (!found.has(key)) found.set(key, { arch: space.parse(arch), value });
  }
  if (found.size > 0) return [...found.values()];
  throw new InputError('no-fronts', `${directory}: has not evaluated any architecture yet, so no search can begin with it; `
    + `go on with "pocketformer resume ${directory}" first.`);
}

type Named = EarlierEvaluation & { readonly key: string };

async function historyOf(paths: StudyDescription['paths'], space: SearchSpace, objective: Objective): Promise<Named[]> {
  const followed = new FollowedEvaluations({ paths, space, objective });
  try {
    await followed.update();
    const { value } = followed.table.slice();
    const known = [...value.keys()].filter((row) => Number.isFinite(value[row]));
    return (await followed.rows(known)).map(({ key, arch }, i) => ({ key, arch, value: value[known[i]] }));
  } finally {
    await followed.close();
  }
}

async function frontsOf(path: string): Promise<Named[]> {
  let text;
  try {
    text = await readText(path);
  } catch (error) {
    if (error instanceof InputError && error.code === 'missing-file') return [];
    throw error;
  }
  try {
    return searchResultSchema.parse(JSON.parse(text)).devices.flatMap(({ front }) => front);
  } catch (error) {
    throw new InputError('damaged-fronts', `${path}: does not hold a study's fronts; was it edited?`, { cause: error });
  }
}
