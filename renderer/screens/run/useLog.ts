import { computed, shallowRef, toValue, triggerRef } from 'vue';
import type { ComputedRef, MaybeRefOrGetter } from 'vue';
import { useTopic } from '../../api/useApi.ts';
import { jobEntry, mergeLogs, noteEntry } from './log.ts';
import type { LogEntry } from './log.ts';
import type { FollowedHistory } from './useHistory.ts';

/** What the job says now, together with what the study noted before and survives restarts of the core. */
export function useLog(study: MaybeRefOrGetter<string>, { snapshot }: FollowedHistory): ComputedRef<readonly LogEntry[]> {
  const lines = shallowRef<LogEntry[]>([]);
  useTopic('log', () => ({ study: toValue(study) }), ({ reset, lines: added }) => {
    if (reset) lines.value = [];
    lines.value.push(...added.map(jobEntry));
    triggerRef(lines);
  }, () => { lines.value = []; });
  // Notes are few; they are only looked at again when there are more of them.
  const noteCount = computed(() => snapshot.value.history.notes.length);
  const notes = computed(() => (noteCount.value >= 0 ? snapshot.value.history.notes.map(noteEntry) : []));
  return computed(() => mergeLogs(lines.value, notes.value));
}
