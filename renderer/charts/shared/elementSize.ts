import { onScopeDispose, shallowRef, watch } from 'vue';
import type { Ref, ShallowRef } from 'vue';

export interface ElementSize {
  /** CSS pixels; 0 until laid out. */
  readonly width: number;
  readonly height: number;
}

/** The content size of an element, followed while the component lives. */
export function useElementSize(element: Readonly<Ref<HTMLElement | null>>): Readonly<ShallowRef<ElementSize>> {
  const size = shallowRef<ElementSize>({ width: 0, height: 0 });
  const observer = new ResizeObserver(([entry]) => {
    const { width, height } = entry.contentRect;
    if (width !== size.value.width || height !== size.value.height) size.value = { width, height };
  });
  watch(element, (now, before) => {
    if (before) observer.unobserve(before);
    if (now) observer.observe(now);
  }, { immediate: true, flush: 'post' });
  onScopeDispose(() => observer.disconnect());
  return size;
}
