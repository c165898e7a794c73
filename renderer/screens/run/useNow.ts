import { onScopeDispose, shallowRef } from 'vue';
import type { ShallowRef } from 'vue';

/** The time in milliseconds since 1970, once a second. */
export function useNow(): Readonly<ShallowRef<number>> {
  const now = shallowRef(Date.now());
  const timer = setInterval(() => { now.value = Date.now(); }, 1000);
  onScopeDispose(() => clearInterval(timer));
  return now;
}
