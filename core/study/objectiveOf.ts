import { getProxy } from '../scoring/proxies.ts';
import { accuracyObjective } from '../search/objective.ts';
import type { Objective } from '../search/objective.ts';
import type { StudySettings } from './studyFile.ts';

/** What a study makes large: inherited accuracy, or the score of its proxy. */
export function objectiveOf({ scoring }: Pick<StudySettings, 'scoring'>): Objective {
  if (scoring === undefined) return accuracyObjective;
  const { id, title, direction } = getProxy(scoring.proxy);
  return { id, title, kind: 'score', direction };
}
