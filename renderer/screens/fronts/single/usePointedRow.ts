import { onScopeDispose, watch } from 'vue';

/** A pointer that only passes a point asks for nothing. */
const restMs = 150;

/**
 * Calls `show` with the row that has been pointed at for a moment, unless the person is busy where it would be shown.
 * @param isBusy asked at that time: scrolling a table under the hand that scrolls it would fight the person
 */
export function usePointedRow(row: () => number | null, isBusy: () => boolean, show: (row: number) => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(row, (now) => {
    clearTimeout(timer);
    if (now === null) return;
    timer = setTimeout(() => { if (!isBusy()) show(now); }, restMs);
  });
  onScopeDispose(() => clearTimeout(timer));
}
