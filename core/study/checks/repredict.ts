import { InputError } from '../../base/errors.ts';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import { matchTarget } from '../../latency/checks/matchTarget.ts';
import { searchResult, type SearchResult } from '../../search/result.ts';
import { predictLatencies } from '../../search/problem.ts';
import { restoreSearch } from '../../search/state.ts';
import { getSpace } from '../../spaces/index.ts';
import { loadLatestCheckpoint } from '../checkpoints.ts';
import type { StudyDescription } from '../folder.ts';
import { objectiveOf } from '../objectiveOf.ts';
import { searchProblem } from '../run/searchProblem.ts';
import type { StudySummary } from '../summary.ts';
import { studyDeviceFiles } from './studyDevice.ts';

/**
 * A study's fronts with another model of one of its devices: everything that the search has evaluated, with latencies predicted
 * anew. Nothing is evaluated again, and the study stays as it is. What a search with this model would have looked at
 * besides, nobody knows.
 * @throws InputError `other-target` when the model speaks for none of the study's devices, `no-fronts` before the search
 * is over or without its checkpoint
 */
export async function frontsWith(
  study: Pick<StudyDescription, 'paths' | 'settings' | 'info'>, { result }: StudySummary, model: DeviceModel,
): Promise<{ readonly device: string; readonly result: SearchResult }> {
  const { settings, paths } = study;
  const checkpoint = result === null ? undefined : await loadLatestCheckpoint(paths.checkpoints, { phase: 'search' });
  if (result === null || checkpoint === undefined) throw new InputError('no-fronts', `The study ${settings.name} has no finished search whose fronts could be made anew.`);
  const known = studyDeviceFiles(study);
  const device = (known.find(({ name }) => name === model.name) ?? known.find((each) => model.target !== undefined && matchTarget(each.model, model.target)?.foreign.length === 0))?.name;
  if (device === undefined) {
    throw new InputError('other-target', `${model.name} is a model of none of the study's devices (${known.map(({ name }) => name).join(', ')}): neither by its name nor by what was measured.`);
  }
  const devices = known.map((each) => (each.name === device ? { ...each, model } : each));
  const problem = searchProblem({ space: getSpace(settings.space), devices, classes: result.classes, objective: objectiveOf(settings) });
  const state = restoreSearch(problem, checkpoint.state);
  const anew = { ...state, archive: state.archive.map((one) => ({ ...one, latencies: predictLatencies(problem, one.arch) })) };
  const references = Object.fromEntries(result.devices.map((front) => [front.device, front.referencePoint]));
  return { device, result: searchResult(problem, anew, references) };
}
