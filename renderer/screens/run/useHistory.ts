import { nextTick, onScopeDispose, shallowRef, toValue } from 'vue';
import type { MaybeRefOrGetter, ShallowRef } from 'vue';
import type { ApiError } from '../../../core/api/client.ts';
import { useTopic } from '../../api/useApi.ts';
import { StudyHistory } from './history.ts';
import { Pace } from './pace.ts';

export interface FollowedHistory {
  /** The same history grows in place: this wrapper is a new one whenever it is time to draw. */
  readonly snapshot: Readonly<ShallowRef<{ readonly history: StudyHistory }>>;
  readonly isLoading: Readonly<ShallowRef<boolean>>;
  readonly error: Readonly<ShallowRef<ApiError | undefined>>;
}

/** The charts draw in so many turns, a frame each (useTurns.ts). */
export const chartTurns = 4;

/** Follows a study's history for the charts: at most ten snapshots a second, fewer where drawing takes long. */
export function useHistory(study: MaybeRefOrGetter<string>): FollowedHistory {
  let history = new StudyHistory();
  const snapshot = shallowRef({ history });
  const isLoading = shallowRef(true);
  const pace = new Pace(() => {
    const begunMs = performance.now();
    snapshot.value = { history };
    // Charts draw in the next frames; the task after the first knows what one turn took. Hidden windows draw no frames.
    void nextTick(() => requestAnimationFrame(() => setTimeout(() => pace.took((performance.now() - begunMs) * chartTurns))));
  });
  const { error } = useTopic('study.events', () => ({ study: toValue(study) }), ({ reset, events }) => {
    if (reset) history = new StudyHistory();
    for (const event of events) history.add(event);
    isLoading.value = false;
    pace.request();
  }, () => {
    history = new StudyHistory();
    snapshot.value = { history };
    isLoading.value = true;
  });
  onScopeDispose(() => pace.stop());
  return { snapshot, isLoading, error };
}
