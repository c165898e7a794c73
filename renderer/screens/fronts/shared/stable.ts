import { computed } from 'vue';
import type { ComputedRef } from 'vue';

/** A computed value that stays the same object while it says the same: charts lay themselves out anew for a new one. */
export function stableComputed<T>(compute: () => T): ComputedRef<T> {
  return computed<T>((before) => {
    const now = compute();
    return before !== undefined && JSON.stringify(before) === JSON.stringify(now) ? before : now;
  });
}
