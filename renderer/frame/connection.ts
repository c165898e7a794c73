import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { ApiError, ConnectionState } from '../../core/api/client.ts';
import { useApi } from '../api/useApi.ts';

/** How the window stands with the core, in words for the frame. */
export const useConnection = defineStore('connection', () => {
  const api = useApi();
  const state = shallowRef<ConnectionState>(api.state);
  const failure = shallowRef<ApiError>();
  const wasOpen = shallowRef(api.state === 'open');
  api.onState((next, reason) => {
    state.value = next;
    // While it is tried again, what is known to be wrong stays said.
    failure.value = next === 'open' ? undefined : reason ?? failure.value;
    if (next === 'open') wasOpen.value = true;
  });

  return {
    state, failure,
    /** What to say: nothing while all is well. */
    words: computed(() => {
      if (state.value === 'open') return null;
      if (state.value === 'closed') return 'Disconnected';
      return wasOpen.value ? 'Reconnecting…' : 'Connecting…';
    }),
    /** Whether it has been tried in vain, so that the reason is worth showing. */
    isLost: computed(() => state.value === 'lost' || state.value === 'closed'),
  };
});
