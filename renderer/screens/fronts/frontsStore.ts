import { defineStore } from 'pinia';
import { shallowReactive } from 'vue';
import type { AxisScale, FrontDragMode, FrontView, ParallelBrush } from '../../charts/types.ts';
import type { TableSort } from '../../kit/index.ts';
import type { Budgets } from './shared/budgets.ts';

export type FrontsPage = 'fronts' | 'hypervolume' | 'dimensions';
export type TableMode = 'fronts' | 'budgets' | 'selection' | 'all';
export type DimensionRows = 'fronts' | 'selection' | 'sample';

/** How a person has set up the fronts of one study; kept while the window lives. */
export interface FrontsState {
  page: FrontsPage;
  overlaid: boolean;
  scale: AxisScale;
  dragMode: FrontDragMode;
  /** Only architectures within all devices' budgets. */
  allBudgets: boolean;
  budgets: Budgets;
  /** By device, and '' for the overlaid chart: the part that is shown; everything where there is none. */
  views: Readonly<Record<string, FrontView | null>>;
  tableMode: TableMode;
  sort: TableSort | null;
  /** Rows of the study's evaluations, ascending; null when nothing is selected. */
  selection: Uint32Array | null;
  pinned: ReadonlySet<number>;
  dimensionRows: DimensionRows;
  brushes: readonly ParallelBrush[];
}

/** The set-ups of the studies that were looked at in this window. */
export const useFrontsStates = defineStore('fronts', () => {
  const states = new Map<string, FrontsState>();
  /** @param key a study's id, or those of compared ones */
  function of(key: string): FrontsState {
    const known = states.get(key);
    if (known) return known;
    const state = shallowReactive<FrontsState>({
      page: 'fronts', overlaid: false, scale: 'linear', dragMode: 'pan', allBudgets: false, budgets: {}, views: {}, tableMode: 'fronts',
      sort: { column: 'value', descending: true }, selection: null, pinned: new Set(), dimensionRows: 'fronts', brushes: [],
    });
    states.set(key, state);
    return state;
  }
  return { of };
});
