import { onScopeDispose, shallowRef } from 'vue';
import type { ApiError } from '../../../core/api/client.ts';
import type { InputOf, OutputOf } from '../../../core/api/contract/contract.ts';
import { asApiError, isCancelled, useApi } from '../../api/useApi.ts';

type Method = 'archives.pack' | 'archives.open' | 'archives.relink';

export type PackedState<M extends Method> =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly fraction: number }
  | { readonly kind: 'done'; readonly result: OutputOf<M> }
  | { readonly kind: 'failed'; readonly error: ApiError };

/** Packing, opening or finding images, one at a time and with its progress; leaving the component ends it. */
export function usePacked<M extends Method>(method: M) {
  const api = useApi();
  const state = shallowRef<PackedState<M>>({ kind: 'idle' });
  let running: AbortController | undefined;

  async function start(input: InputOf<M>): Promise<OutputOf<M> | null> {
    running?.abort();
    const mine = running = new AbortController();
    const set = (next: PackedState<M>) => {
      if (mine === running) state.value = next;
    };
    set({ kind: 'running', fraction: 0 });
    try {
      const result = await api.call(method, input, { signal: mine.signal, onProgress: (progress) => set({ kind: 'running', fraction: (progress as { fraction: number }).fraction }) });
      set({ kind: 'done', result });
      return result;
    } catch (error) {
      set(isCancelled(error) ? { kind: 'idle' } : { kind: 'failed', error: asApiError(error) });
      return null;
    }
  }
  onScopeDispose(() => running?.abort());
  return { state, start, cancel: () => running?.abort(), reset: () => { if (state.value.kind !== 'running') state.value = { kind: 'idle' }; } };
}
