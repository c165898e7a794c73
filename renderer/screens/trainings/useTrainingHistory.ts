import { nextTick, onScopeDispose, shallowRef, toValue } from 'vue';
import type { MaybeRefOrGetter, ShallowRef } from 'vue';
import type { ApiError } from '../../../core/api/client.ts';
import type { ParamsOf, PayloadOf } from '../../../core/api/contract/contract.ts';
import { useTopic } from '../../api/useApi.ts';
import { Pace } from '../run/pace.ts';
import { TrainingHistory } from './trainingHistory.ts';

export interface FollowedTraining {
  /** The same history grows in place: this wrapper is a new one whenever it is time to draw. */
  readonly snapshot: Readonly<ShallowRef<{ readonly history: TrainingHistory }>>;
  readonly error: Readonly<ShallowRef<ApiError | undefined>>;
}

/** Follows a training's history for its curves: at most ten snapshots a second, fewer where drawing takes long. */
export function useTrainingHistory(training: MaybeRefOrGetter<string>): FollowedTraining {
  return following((add, forget) => useTopic('training.events', () => ({ training: toValue(training) }), add, forget));
}

/** The same of one of a transfer's trainings. @param run undefined before the first one */
export function useRunHistory(run: MaybeRefOrGetter<ParamsOf<'transfer.events'> | undefined>): FollowedTraining {
  return following((add, forget) => useTopic('transfer.events', run, add, forget));
}

function following(follow: (add: (payload: PayloadOf<'training.events'>) => void, forget: () => void) => Pick<FollowedTraining, 'error'>): FollowedTraining {
  let history = new TrainingHistory();
  const snapshot = shallowRef({ history });
  const pace = new Pace(() => {
    const begunMs = performance.now();
    snapshot.value = { history };
    void nextTick(() => requestAnimationFrame(() => setTimeout(() => pace.took(performance.now() - begunMs))));
  });
  const { error } = follow(({ reset, events }) => {
    if (reset) history = new TrainingHistory();
    for (const event of events) history.add(event);
    pace.request();
  }, () => {
    history = new TrainingHistory();
    snapshot.value = { history };
  });
  onScopeDispose(() => pace.stop());
  return { snapshot, error };
}
