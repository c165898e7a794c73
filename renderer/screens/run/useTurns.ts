import { onScopeDispose, shallowRef, watch } from 'vue';
import type { ShallowRef } from 'vue';

/**
 * Hands a changing value on to several readers in turn, one a frame, so that charts of long series never draw all in one
 * go. A value that changes faster than the turn goes round skips readers evenly. Hidden windows, which have no frames,
 * wait.
 */
export function useTurns<T>(source: () => T, readers: number): readonly Readonly<ShallowRef<T>>[] {
  const values = Array.from({ length: readers }, () => shallowRef(source()) as ShallowRef<T>);
  let waiting = 0;
  let next = 0;
  let frame = 0;
  const turn = () => {
    values[next].value = source();
    next = (next + 1) % readers;
    waiting--;
    frame = waiting > 0 ? requestAnimationFrame(turn) : 0;
  };
  watch(source, () => {
    waiting = readers;
    if (frame === 0) frame = requestAnimationFrame(turn);
  });
  onScopeDispose(() => cancelAnimationFrame(frame));
  return values;
}
