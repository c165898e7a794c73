import { onScopeDispose, shallowRef } from 'vue';
import type { ApiError } from '../../../../core/api/client.ts';
import type { InputOf, OutputOf, ProgressOf } from '../../../../core/api/contract/contract.ts';
import { asApiError, isCancelled, useApi } from '../../../api/useApi.ts';

export type ExportState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly progress: ProgressOf<'architectures.export'> | null }
  | { readonly kind: 'done'; readonly result: OutputOf<'architectures.export'> }
  | { readonly kind: 'failed'; readonly error: ApiError };

/** One export at a time, with its progress; leaving the component ends it. */
export function useExport() {
  const api = useApi();
  const state = shallowRef<ExportState>({ kind: 'idle' });
  let running: AbortController | undefined;

  async function start(input: InputOf<'architectures.export'>): Promise<void> {
    running?.abort();
    const mine = running = new AbortController();
    state.value = { kind: 'running', progress: null };
    const set = (next: ExportState) => {
      if (mine === running) state.value = next;
    };
    try {
      const result = await api.call('architectures.export', input, { signal: mine.signal, onProgress: (progress) => set({ kind: 'running', progress }) });
      set({ kind: 'done', result });
    } catch (error) {
      set(isCancelled(error) ? { kind: 'idle' } : { kind: 'failed', error: asApiError(error) });
    }
  }
  onScopeDispose(() => running?.abort());
  return {
    state, start,
    cancel: () => running?.abort(),
    reset: () => {
      if (state.value.kind !== 'running') state.value = { kind: 'idle' };
    },
  };
}
