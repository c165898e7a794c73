import { computed, shallowRef, watch } from 'vue';
import { frontRows } from '../../../../core/search/frontRows.ts';
import { asApiError, useApi } from '../../../api/useApi.ts';
import type { FrontSeries, MeasuredPoint, FrontView, RowRef, RowSelection } from '../../../charts/types.ts';
import { useToasts } from '../../../kit/index.ts';
import { useRouter } from '../../../router/router.ts';
import { useFrontsStates } from '../frontsStore.ts';
import { countOf, initialBudget, maskedColumn, withinAll, withinAny } from '../shared/budgets.ts';
import { GrowingFront, frontWithin } from '../shared/deviceFront.ts';
import type { DeviceFront } from '../shared/deviceFront.ts';
import { stableComputed } from '../shared/stable.ts';
import type { StudyDevice, StudyResults } from '../shared/useStudyResults.ts';
import { maskOf } from './rowOrder.ts';
import { readArchitectures, useArchitectures } from './useArchitectures.ts';
import { useIntervals } from './useIntervals.ts';
import { useMeasured } from './useMeasured.ts';

export interface ModelDevice extends StudyDevice {
  /** Of its series, 1 to 8. */
  readonly tone: number;
  readonly latencyMs: Float32Array;
}

export type FrontsModel = ReturnType<typeof useFrontsModel>;

/** Everything that the parts of the Fronts screen share: one study's columns, its set-up, and what follows from both. */
export function useFrontsModel(results: StudyResults) {
  const { study, evaluations } = results;
  const state = useFrontsStates().of(study);
  const router = useRouter();
  const toasts = useToasts();
  const api = useApi();
  const architectures = useArchitectures(study, (message) => {
    toasts.show({ tone: 'danger', title: 'The architectures cannot be read', message });
  });
  /** The row that is pointed at, in whichever part of the screen. */
  const hovered = shallowRef<number | null>(null);
  const intervalMs = useIntervals(results, () => evaluations.value, architectures, hovered);
  const measured = useMeasured(study);
  const count = computed(() => evaluations.value.count);

  // Fewer rows than before: the study was started afresh, and what was picked in the old one is void.
  watch(count, (now, before) => {
    if (now >= before || now === 0) return;
    architectures.reset();
    state.selection = null;
    state.pinned = new Set();
  });

  const devices = computed(() => results.devices.value.map((device, i): ModelDevice => ({
    ...device, tone: (i % 7) + 1, latencyMs: evaluations.value.latencyMs[device.name] ?? new Float32Array(count.value).fill(NaN),
  })));
  const initial = computed(() => new Map(devices.value.map(({ name, limits, latencyMs }) => [name, initialBudget(limits, latencyMs)])));
  function budgetOf(device: string): number | null {
    const set = state.budgets[device];
    return set === undefined ? initial.value.get(device) ?? null : set;
  }
  function setBudget(device: string, budgetMs: number | null | undefined): void {
    state.budgets = { ...state.budgets, [device]: budgetMs };
  }
  const budgeted = computed(() => devices.value.map(({ name, latencyMs }) => ({ latencyMs, budgetMs: budgetOf(name) })));

  /** Rows within every device's budget; null while each device is judged by itself. */
  const allBudgetsMask = computed(() => (state.allBudgets ? withinAll(budgeted.value, count.value) : null));
  const growing = new Map<string, GrowingFront>();
  const wholeFronts = computed(() => devices.value.map(({ name, latencyMs }) => {
    const front = growing.get(name) ?? new GrowingFront();
    growing.set(name, front);
    return front.of({ latencyMs, value: evaluations.value.value });
  }));
  /** By device, within the budgets. */
  const fronts = computed<ReadonlyMap<string, DeviceFront>>(() => new Map(devices.value.map(({ name, latencyMs, reference }, i) => {
    const columns = { latencyMs, value: evaluations.value.value };
    const mask = allBudgetsMask.value;
    const front = mask === null ? wholeFronts.value[i] : frontRows(columns, mask);
    return [name, frontWithin(columns, front, budgetOf(name), reference)];
  })));
  /** The devices on whose front a row is. */
  const membership = computed<ReadonlyMap<number, readonly string[]>>(() => {
    const members = new Map<number, string[]>();
    for (const [device, { rows }] of fronts.value) for (const row of rows) members.set(row, [...members.get(row) ?? [], device]);
    return members;
  });

  const budgetsMask = computed(() => allBudgetsMask.value ?? withinAny(budgeted.value, count.value));
  /** What the table lists; null is everything. */
  const listed = computed<Uint8Array | null>(() => {
    switch (state.tableMode) {
      case 'fronts': return maskOf([membership.value.keys()], count.value);
      case 'budgets': return budgetsMask.value;
      case 'selection': return maskOf(state.selection ? [state.selection] : [], count.value);
      default: return null;
    }
  });
  const counts = computed(() => ({
    fronts: membership.value.size, budgets: countOf(budgetsMask.value), selection: state.selection?.length ?? 0, all: count.value,
  }));

  const label = (row: number): string => {
    const architecture = architectures.get(row);
    return architecture?.name ?? architecture?.id ?? `Row ${row}`;
  };
  /** What a device's chart draws: everything, and under all budgets at once, what keeps those of the other devices. */
  function seriesOf(device: ModelDevice, options: { readonly name: string; readonly othersMask: Uint8Array | null }): FrontSeries[] {
    const { value, macs } = evaluations.value;
    const all: FrontSeries = {
      id: device.name, name: options.name, source: study, tone: device.tone, latencyMs: device.latencyMs, value, macs, label,
      intervalMs: (row) => intervalMs(device.name, row),
    };
    if (options.othersMask === null) return [all];
    return [
      { ...all, id: `${device.name} all`, name: 'All', tone: 8 },
      { ...all, name: 'Within other budgets', latencyMs: maskedColumn(device.latencyMs, options.othersMask) },
    ];
  }

  /** Front members that a publication names, and what was pinned. */
  function namedPoints({ latencyMs }: ModelDevice) {
    const named = [...membership.value.keys()].filter((row) => architectures.get(row)?.name !== undefined);
    return [...new Set([...named, ...state.pinned])].filter((row) => row < count.value && latencyMs[row] > 0)
      .map((row) => ({ name: label(row), latencyMs: latencyMs[row], value: evaluations.value.value[row] }));
  }

  /** Architectures that were measured on a device, where they are on the chart and where they proved to be. */
  function measuredPoints({ name }: ModelDevice): MeasuredPoint[] {
    const front = results.summary.value?.fronts.find(({ device }) => device === name)?.front ?? [];
    return measured.rowsOf(name).flatMap(({ id, measuredMs, isDoubtful }) => {
      const entry = front.find((each) => each.id === id);
      return entry === undefined ? [] : [{ name: id, latencyMs: entry.latencyMs, measuredMs, value: entry.value, isDoubtful }];
    });
  }

  function select(rows: Uint32Array | null): void {
    state.selection = rows === null || rows.length === 0 ? null : rows;
    if (state.selection) state.tableMode = 'selection';
    else if (state.tableMode === 'selection') state.tableMode = 'fronts';
  }

  /** Opens the Architecture screen, or the difference of two there. */
  async function open(row: number, against?: number): Promise<void> {
    try {
      const [one, other] = await readArchitectures(api, study, against === undefined ? [row] : [row, against]);
      router.go({ screen: 'architecture', study, arch: one.id, ...(other === undefined ? {} : { against: other.id }) });
    } catch (error) {
      toasts.show({ tone: 'danger', title: 'The architecture cannot be opened', message: asApiError(error).message });
    }
  }

  function togglePin(rows: readonly number[]): void {
    const pinned = new Set(state.pinned);
    const allPinned = rows.every((row) => pinned.has(row));
    for (const row of rows) {
      if (allPinned) pinned.delete(row);
      else pinned.add(row);
    }
    state.pinned = pinned;
  }

  return {
    results, study, state, objective: results.objective, evaluations, count, devices, architectures, hovered, intervalMs, budgetOf, setBudget, fronts, membership, listed, counts, label,
    seriesOf, namedPoints, measured, measuredPoints, select, open, togglePin,
    highlighted: computed<RowRef | null>(() => (hovered.value === null ? null : { source: study, row: hovered.value })),
    selected: computed<readonly RowSelection[]>(() => (state.selection ? [{ source: study, rows: state.selection }] : [])),
    point: (row: number | null) => { hovered.value = row; },
    setView: (chart: string, view: FrontView | null) => { state.views = { ...state.views, [chart]: view }; },
    baseline: stableComputed(() => {
      const value = results.summary.value?.data?.linearAccuracy ?? results.row.value?.linearAccuracy ?? null;
      return value === null ? null : { value, label: `Linear classifier ${(value * 100).toFixed(1)} %` };
    }),
  };
}
