import { inject } from 'vue';
import type { InjectionKey } from 'vue';
import type { Draft } from './useDraft.ts';

export const draftKey: InjectionKey<Draft> = Symbol('draft');

/** The draft of the editor around the calling component. */
export function useCurrentDraft(): Draft {
  const draft = inject(draftKey);
  if (!draft) throw new Error('There is no editor around this component.');
  return draft;
}
