import { computed, shallowRef } from 'vue';
import type { FrontSeries, FrontView, RowRef } from '../../../charts/types.ts';
import { accuracyObjective } from '../../../format/index.ts';
import { useToasts } from '../../../kit/index.ts';
import { useFrontsStates } from '../frontsStore.ts';
import { initialBudget } from '../shared/budgets.ts';
import { GrowingFront, frontWithin, pointsOf } from '../shared/deviceFront.ts';
import { useStudyResults } from '../shared/useStudyResults.ts';
import { useArchitectures } from '../single/useArchitectures.ts';
import { differences } from './differences.ts';
import { commonReference, jointFront } from './jointFront.ts';

export type CompareModel = ReturnType<typeof useCompareModel>;

/** Several studies on the devices that at least two of them share. */
export function useCompareModel(ids: readonly string[]) {
  const state = useFrontsStates().of(`compare ${ids.join('\n')}`);
  const toasts = useToasts();
  const onError = (message: string) => { toasts.show({ tone: 'danger', title: 'The architectures cannot be read', message }); };
  const studies = ids.map((study, i) => ({
    study, tone: i + 1, results: useStudyResults(study), architectures: useArchitectures(study, onError), growing: new Map<string, GrowingFront>(),
  }));
  const hovered = shallowRef<RowRef | null>(null);
  /** What the axes show; studies that make something else large have no place on them. */
  const objective = computed(() => studies.find(({ results }) => results.row.value)?.results.objective.value ?? accuracyObjective);
  const isComparable = ({ results }: typeof studies[number]) => results.objective.value.id === objective.value.id;
  const names = computed(() => [...new Set(studies.filter(isComparable).flatMap(({ results }) => results.devices.value.map(({ name }) => name)))]
    .filter((name) => studies.filter((one) => isComparable(one) && one.results.devices.value.some((device) => device.name === name)).length > 1));

  // Kept apart from the budgets, so that dragging one makes no new series.
  const columns = computed(() => names.value.map((device) => {
    const parts = studies.filter(isComparable).flatMap((one) => {
      const known = one.results.devices.value.find(({ name }) => name === device);
      if (!known) return [];
      const { value, macs, latencyMs: byDevice } = one.results.evaluations.value;
      const latencyMs = byDevice[device] ?? new Float32Array(value.length).fill(NaN);
      const growing = one.growing.get(device) ?? new GrowingFront();
      one.growing.set(device, growing);
      const series: FrontSeries = {
        id: one.study, name: one.results.name.value, source: one.study, tone: one.tone, latencyMs, value, macs,
        label: (row) => one.architectures.get(row)?.name ?? one.architectures.get(row)?.id ?? `Row ${row}`,
      };
      return [{ study: one, reference: known.reference, limits: known.limits, series, front: growing.of({ latencyMs, value }) }];
    });
    const budgets = parts.map(({ limits, series }) => initialBudget(limits, series.latencyMs)).filter((ms) => ms !== null);
    return { device, parts, reference: commonReference(parts.map(({ reference }) => reference)), initialBudget: budgets.length > 0 ? Math.max(...budgets) : null };
  }));

  const devices = computed(() => columns.value.map(({ device, parts, reference, initialBudget: initial }) => {
    const set = state.budgets[device];
    const budgetMs = set === undefined ? initial : set;
    const fronts = parts.map(({ series, front }) => frontWithin(series, front, budgetMs, reference));
    const joint = reference && jointFront(parts.map(({ series }, i) => pointsOf(series, fronts[i].rows)), reference);
    return { device, parts, reference, budgetMs, fronts, joint };
  }));

  return {
    state, objective, studies, devices, columns, hovered,
    point: (ref: RowRef | null) => { hovered.value = ref; },
    setView: (device: string, view: FrontView | null) => { state.views = { ...state.views, [device]: view }; },
    setBudget: (device: string, budgetMs: number | null) => { state.budgets = { ...state.budgets, [device]: budgetMs }; },
    notes: computed(() => differences(studies.filter(({ results }) => !results.failure.value).map(({ results }) => ({
      name: results.name.value, space: results.row.value?.space ?? '?', devices: results.devices.value.map(({ name }) => name),
      objective: results.objective.value, data: results.summary.value?.data ?? null,
    })))),
    failures: computed(() => studies.flatMap(({ study, results }) => (results.failure.value ? [{ study, error: results.failure.value }] : []))),
    isLoading: computed(() => studies.some(({ results }) => results.isLoading.value && !results.failure.value)),
  };
}

export type ComparedDevice = CompareModel['devices']['value'][number];
