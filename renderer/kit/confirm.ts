import { defineStore } from 'pinia';
import { shallowRef } from 'vue';

export interface ConfirmRequest {
  title: string;
  /** What will happen, and whether it can be undone. */
  message: string;
  /** The verb: "Delete study", never "OK". */
  confirmLabel: string;
  cancelLabel?: string;
  danger?: boolean;
}

/** Asks one question at a time; a new question answers the one before it with no. */
export const useConfirm = defineStore('confirm', () => {
  const request = shallowRef<ConfirmRequest | null>(null);
  let answer: ((yes: boolean) => void) | null = null;

  function ask(question: ConfirmRequest): Promise<boolean> {
    answer?.(false);
    request.value = question;
    return new Promise((resolve) => { answer = resolve; });
  }

  function reply(yes: boolean): void {
    request.value = null;
    answer?.(yes);
    answer = null;
  }

  return { request, ask, reply };
});
