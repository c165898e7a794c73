import { onScopeDispose, shallowRef } from 'vue';
import type { ApiError } from '../../../../core/api/client.ts';
import type { OutputOf } from '../../../../core/api/contract/contract.ts';
import { asApiError, isCancelled, useApi } from '../../../api/useApi.ts';

export type Refit = OutputOf<'devices.refit'>;
export type RefitState =
  | { readonly kind: 'fitting' }
  | { readonly kind: 'shown'; readonly refit: Refit; readonly isTaking: boolean; readonly error: ApiError | null }
  | { readonly kind: 'failed'; readonly error: ApiError };

/** A refit of a device model: looked at first, and made a file only when the person takes it. */
export function useRefit(device: () => string) {
  const api = useApi();
  const state = shallowRef<RefitState>({ kind: 'fitting' });
  let running: AbortController | undefined;

  async function look(): Promise<void> {
    running?.abort();
    const mine = running = new AbortController();
    state.value = { kind: 'fitting' };
    try {
      const refit = await api.call('devices.refit', { device: device() }, { signal: mine.signal });
      if (mine === running) state.value = { kind: 'shown', refit, isTaking: false, error: null };
    } catch (error) {
      if (mine === running && !isCancelled(error)) state.value = { kind: 'failed', error: asApiError(error) };
    }
  }

  /** @returns the model that was written; undefined where that failed, which the state tells */
  async function take(replaces: boolean): Promise<OutputOf<'devices.takeRefit'> | undefined> {
    if (state.value.kind !== 'shown') return undefined;
    const { refit } = state.value;
    state.value = { ...state.value, isTaking: true, error: null };
    try {
      return await api.call('devices.takeRefit', { device: device(), hash: refit.hash, replaces });
    } catch (error) {
      state.value = { kind: 'shown', refit, isTaking: false, error: asApiError(error) };
      return undefined;
    }
  }

  const leave = () => running?.abort();
  onScopeDispose(leave);
  return { state, look, take, leave };
}
