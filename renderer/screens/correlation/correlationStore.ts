import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { ApiError } from '../../../core/api/client.ts';
import type { InputOf, OutputOf, ProgressOf } from '../../../core/api/contract/contract.ts';
import { asApiError, isCancelled, useApi } from '../../api/useApi.ts';

export type ComparisonState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly progress: ProgressOf<'correlation.compute'> | null }
  | { readonly kind: 'done'; readonly file: string; readonly result: OutputOf<'correlation.compute'> }
  | { readonly kind: 'failed'; readonly error: ApiError };

/** One comparison at a time; it goes on while other screens are looked at, and its outcome stays while the window lives. */
export const useComparison = defineStore('correlation', () => {
  const api = useApi();
  const state = shallowRef<ComparisonState>({ kind: 'idle' });
  /** What was asked for last, to be shown in the form again. */
  const input = shallowRef<InputOf<'correlation.compute'>>({ file: '', rankings: ['mixing-capacity'], seeds: 1 });
  let running: AbortController | undefined;

  async function start(next: InputOf<'correlation.compute'>): Promise<void> {
    running?.abort();
    const mine = running = new AbortController();
    input.value = next;
    state.value = { kind: 'running', progress: null };
    const set = (value: ComparisonState) => {
      if (mine === running) state.value = value;
    };
    try {
      const result = await api.call('correlation.compute', next, { signal: mine.signal, onProgress: (progress) => set({ kind: 'running', progress }) });
      set({ kind: 'done', file: next.file, result });
    } catch (error) {
      set(isCancelled(error) ? { kind: 'idle' } : { kind: 'failed', error: asApiError(error) });
    }
  }
  return { state, input, start, cancel: () => running?.abort() };
});
