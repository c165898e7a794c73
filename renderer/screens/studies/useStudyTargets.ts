import { computed, shallowRef } from 'vue';
import type { Ref, ShallowRef } from 'vue';
import type { StudyRow } from '../../../core/api/contract/types.ts';

export interface StudyTargets {
  readonly selection: ShallowRef<readonly string[]>;
  /** The row that the keyboard is at. */
  readonly active: ShallowRef<StudyRow | null>;
  /** The table has the focus, so that its active row is meant where nothing is chosen. */
  readonly isTableFocused: ShallowRef<boolean>;
  readonly chosen: Readonly<Ref<readonly StudyRow[]>>;
  /** The studies that a shortcut or the palette acts on: what is chosen, else where the keyboard is. */
  readonly targets: Readonly<Ref<readonly StudyRow[]>>;
}

/** Which studies of the list are meant. @param rows those on screen: what a filter hides is never acted on */
export function useStudyTargets(rows: Readonly<Ref<readonly StudyRow[]>>): StudyTargets {
  const selection = shallowRef<readonly string[]>([]);
  const active = shallowRef<StudyRow | null>(null);
  const isTableFocused = shallowRef(false);
  const chosen = computed(() => {
    const ids = new Set(selection.value);
    return rows.value.filter((row) => ids.has(row.id));
  });
  const targets = computed(() => {
    if (chosen.value.length > 0) return chosen.value;
    return isTableFocused.value ? rows.value.filter((row) => row.id === active.value?.id) : [];
  });
  return { selection, active, isTableFocused, chosen, targets };
}
