import { computed, shallowRef, watch, type Ref, type WritableComputedRef } from 'vue';

export interface TypedPath {
  /** What the field shows: the folder that is listed, or what a person has typed since it was gone to. */
  readonly text: WritableComputedRef<string>;
  /** Goes where the text says. */
  go(): void;
  /** Forgets what was typed. */
  reset(): void;
}

/**
 * The path of a folder as a field that is typed into while folders are still being read: a listing that arrives meanwhile leaves what was typed.
 * @param folder asked for; null for the usual one
 * @param listing of the folder, when it has arrived
 */
export function typedPath(folder: Ref<string | null>, listing: Readonly<Ref<{ readonly path: string } | undefined>>): TypedPath {
  const shown = shallowRef('');
  let isTyping = false;
  watch(folder, () => { isTyping = false; }, { flush: 'sync' });
  watch(listing, (arrived) => { if (arrived && !isTyping) shown.value = arrived.path; }, { flush: 'sync' });
  return {
    text: computed({
      get: () => shown.value,
      set: (text) => {
        shown.value = text;
        isTyping = true;
      },
    }),
    go() {
      isTyping = false;
      folder.value = shown.value;
    },
    reset() {
      isTyping = false;
      shown.value = listing.value?.path ?? '';
    },
  };
}
