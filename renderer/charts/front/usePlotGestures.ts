import { onScopeDispose, shallowRef } from 'vue';
import type { Ref, ShallowRef } from 'vue';
import type { FrontDragMode } from '../types.ts';

export interface GestureHandlers {
  pan(dx: number, dy: number): void;
  zoom(px: number, py: number, factor: number): void;
  /** The pointer rests or moves over the plot; null when it left. */
  hover(place: { x: number; y: number } | null): void;
  click(place: { x: number; y: number }): void;
  /** A finished lasso or rectangle, in plot pixels. */
  enclose(path: readonly (readonly [number, number])[], mode: 'lasso' | 'range'): void;
}

export interface PlotGestures {
  /** The lasso or rectangle being drawn. */
  readonly outline: Readonly<ShallowRef<readonly (readonly [number, number])[]>>;
  readonly isPanning: Readonly<ShallowRef<boolean>>;
  down(event: PointerEvent): void;
  move(event: PointerEvent): void;
  up(event: PointerEvent): void;
  leave(): void;
  wheel(event: WheelEvent): void;
}

/** Further than this from where it went down, a pressed pointer drags rather than clicks. */
const clickSlop = 4;

/**
 * Turns pointer and wheel events over the plot area into moves, at most one of each kind a frame: events may come far
 * more often than the screen shows pictures. `origin` gives the plot area's place in the window.
 */
export function usePlotGestures(mode: Readonly<Ref<FrontDragMode>>, origin: () => { x: number; y: number }, handlers: GestureHandlers): PlotGestures {
  const outline = shallowRef<readonly (readonly [number, number])[]>([]);
  const isPanning = shallowRef(false);
  let start: { x: number; y: number } | null = null;
  let last = { x: 0, y: 0 };
  let panBy = { x: 0, y: 0 };
  let zoomBy = 1;
  let pointer: { x: number; y: number } | null = null;
  let isHoverDue = false;
  let frame = 0;

  function placeOf(event: MouseEvent): { x: number; y: number } {
    const { x, y } = origin();
    return { x: event.clientX - x, y: event.clientY - y };
  }

  function soon(): void {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      if (panBy.x !== 0 || panBy.y !== 0) handlers.pan(panBy.x, panBy.y);
      if (zoomBy !== 1) handlers.zoom(last.x, last.y, zoomBy);
      if (isHoverDue) handlers.hover(pointer);
      panBy = { x: 0, y: 0 };
      zoomBy = 1;
      isHoverDue = false;
    });
  }
  onScopeDispose(() => cancelAnimationFrame(frame));

  function hoverAt(place: { x: number; y: number } | null): void {
    pointer = place;
    isHoverDue = true;
    soon();
  }

  return {
    outline,
    isPanning,
    down(event) {
      if (event.button !== 0) return;
      start = placeOf(event);
      last = start;
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      if (mode.value !== 'pan') outline.value = [[start.x, start.y]];
    },
    move(event) {
      const place = placeOf(event);
      if (start === null) {
        last = place;
        hoverAt(place);
        return;
      }
      if (mode.value === 'lasso') {
        outline.value = [...outline.value, [place.x, place.y]];
      } else if (mode.value === 'range') {
        outline.value = [[start.x, start.y], [place.x, start.y], [place.x, place.y], [start.x, place.y]];
      } else if (isPanning.value || Math.hypot(place.x - start.x, place.y - start.y) > clickSlop) {
        if (!isPanning.value) hoverAt(null);
        isPanning.value = true;
        panBy = { x: panBy.x + place.x - last.x, y: panBy.y + place.y - last.y };
        last = place;
        soon();
      }
    },
    up(event) {
      if (start === null) return;
      const place = placeOf(event);
      const moved = Math.hypot(place.x - start.x, place.y - start.y) > clickSlop || outline.value.length > 12;
      if (mode.value !== 'pan' && moved) handlers.enclose(outline.value, mode.value);
      else if (!isPanning.value) handlers.click(place);
      start = null;
      isPanning.value = false;
      outline.value = [];
    },
    leave() {
      if (start === null) hoverAt(null);
    },
    wheel(event) {
      event.preventDefault();
      last = placeOf(event);
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 32 : event.deltaY;
      // Control with the wheel is how browsers report a pinch, with small deltas.
      zoomBy *= Math.exp(Math.max(-1, Math.min(1, pixels * (event.ctrlKey ? 0.012 : 0.0022))));
      soon();
    },
  };
}
