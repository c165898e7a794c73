import { computed, shallowRef, watch } from 'vue';
import type { ComputedRef, ShallowRef } from 'vue';
import type { Draft } from './useDraft.ts';

export interface Settled {
  /** What estimates are asked for; undefined before a text was found without problems. */
  readonly asked: Readonly<ShallowRef<{ text: string; baseDir: string } | undefined>>;
  /** The text has changed since. */
  readonly isOld: ComputedRef<boolean>;
}

const pauseMs = 400;

/** A draft's text whenever it is without problems and has not changed for a moment. */
export function useSettled(draft: Draft): Settled {
  const asked = shallowRef<{ text: string; baseDir: string }>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(draft.accepted, (text) => {
    clearTimeout(timer);
    if (text === null) return;
    const ask = () => { asked.value = { text, baseDir: draft.baseDir.value }; };
    if (asked.value === undefined) ask();
    else timer = setTimeout(ask, pauseMs);
  }, { immediate: true });
  return { asked, isOld: computed(() => draft.accepted.value === null || draft.accepted.value !== asked.value?.text) };
}
