import { inject, onScopeDispose, shallowRef, toValue, watch } from 'vue';
import type { InjectionKey, MaybeRefOrGetter, ShallowRef } from 'vue';
import { ApiError } from '../../core/api/client.ts';
import type { ApiClient } from '../../core/api/client.ts';
import type { InputOf, MethodName, OutputOf, ParamsOf, PayloadOf, TopicName } from '../../core/api/contract/contract.ts';

export const apiKey: InjectionKey<ApiClient> = Symbol('api');

/** This window's client; components get it from the app. */
export function useApi(): ApiClient {
  const api = inject(apiKey);
  if (!api) throw new Error('The app provides no client.');
  return api;
}

export interface Query<T> {
  /** The newest answer; the one before stays while a new one is on its way. */
  readonly data: Readonly<ShallowRef<T | undefined>>;
  readonly error: Readonly<ShallowRef<ApiError | undefined>>;
  readonly isLoading: Readonly<ShallowRef<boolean>>;
  /** Asks again. */
  reload(): void;
}

/**
 * Asks the core whenever the input changes and after a lost connection is back; an answer that was overtaken is dropped.
 * @param input undefined while there is nothing to ask
 */
export function useQuery<M extends MethodName>(method: M, input: MaybeRefOrGetter<InputOf<M> | undefined>): Query<OutputOf<M>> {
  const api = useApi();
  const data = shallowRef<OutputOf<M>>();
  const error = shallowRef<ApiError>();
  const isLoading = shallowRef(false);
  let current: AbortController | undefined;
  const ask = async () => {
    current?.abort();
    const value = toValue(input);
    if (value === undefined) {
      isLoading.value = false;
      return;
    }
    const mine = current = new AbortController();
    isLoading.value = true;
    try {
      const answer = await api.call(method, value, { signal: mine.signal });
      if (mine !== current) return;
      data.value = answer;
      error.value = undefined;
    } catch (reason) {
      if (mine !== current || isCancelled(reason)) return;
      error.value = asApiError(reason);
    }
    isLoading.value = false;
  };
  watch(() => toValue(input), () => void ask(), { immediate: true, deep: true });
  const stop = api.onState((state) => {
    if (state === 'open' && (error.value?.code === 'connection-lost')) void ask();
  });
  onScopeDispose(() => {
    stop();
    current?.abort();
  });
  return { data, error, isLoading, reload: () => void ask() };
}

/**
 * Follows a topic as long as the component lives, anew whenever the parameters change.
 * @param params undefined while there is nothing to follow
 * @param onChange called before a new subscription, to forget what the old one told
 */
export function useTopic<T extends TopicName>(
  topic: T, params: MaybeRefOrGetter<ParamsOf<T> | undefined>, onEvent: (payload: PayloadOf<T>) => void, onChange: () => void = () => undefined,
): { readonly error: Readonly<ShallowRef<ApiError | undefined>> } {
  const api = useApi();
  const error = shallowRef<ApiError>();
  let stop: (() => void) | undefined;
  watch(() => JSON.stringify(toValue(params)), () => {
    stop?.();
    stop = undefined;
    error.value = undefined;
    onChange();
    const value = toValue(params);
    if (value !== undefined) stop = api.subscribe(topic, value, onEvent, (reason) => { error.value = reason; });
  }, { immediate: true });
  onScopeDispose(() => stop?.());
  return { error };
}

export const isCancelled = (error: unknown) => error instanceof ApiError && error.code === 'cancelled';

/** Whatever was thrown, as something that can be shown. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError({ code: 'unexpected', message: error instanceof Error ? error.message : String(error) });
}
