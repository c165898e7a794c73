import { computed, defineComponent, h, shallowRef } from 'vue';
import FrontChart from '../../../../renderer/charts/FrontChart.vue';
import { clouds } from './synthetic.ts';
import type { FrontChartExposed, FrontDragMode, FrontSeries, RowRef, RowSelection } from '../../../../renderer/charts/types.ts';

const names = ['Pixel 8 Pro, CPU', 'iPhone 14, Core ML', 'Raspberry Pi 5'];
const devices = [
  { msPerMmac: 0.05, overheadMs: 2, scatter: 0.35 }, { msPerMmac: 0.012, overheadMs: 0.6, scatter: 0.5 }, { msPerMmac: 0.21, overheadMs: 5, scatter: 0.25 },
];
const published = [
  [{ name: 'MobileNetV3-L', latencyMs: 13, value: 0.752 }, { name: 'DeiT-T', latencyMs: 40, value: 0.722 }, { name: 'LeViT-128S', latencyMs: 15, value: 0.766 }],
  [{ name: 'MobileNetV3-L', latencyMs: 3.2, value: 0.752 }],
  [],
];

/** Three devices side by side, linked; `window.harness` lets a script change what a person or a search would. */
export const Fronts = defineComponent((props: { points: number; overlay: boolean }) => {
  const made = clouds(props.points, devices);
  const others = props.overlay ? clouds(Math.round(props.points / 4), devices.map((device) => ({ ...device, msPerMmac: device.msPerMmac * 0.8 })), 2) : [];
  const shown = shallowRef(props.points);
  const budgets = shallowRef([15, 4, 60]);
  const highlighted = shallowRef<RowRef | null>(null);
  const selected = shallowRef<readonly RowSelection[]>([]);
  const mode = shallowRef<FrontDragMode>('pan');
  const scale = shallowRef<'linear' | 'log'>('linear');
  const charts: FrontChartExposed[] = [];
  const series = computed(() => made.map(({ latencyMs, value, macs }, i): FrontSeries[] => [
    {
      id: 'a', name: 'Search, seed 1', source: 'a', tone: 1, latencyMs: latencyMs.subarray(0, shown.value), value: value.subarray(0, shown.value),
      macs, intervalMs: (row) => [latencyMs[row] * 0.93, latencyMs[row] * 1.08],
    },
    ...others.length > 0 ? [{ id: 'b', name: 'Search, seed 2', source: 'b', tone: 2, latencyMs: others[i].latencyMs, value: others[i].value }] : [],
  ]));
  Object.assign(window, { harness: { shown, mode, scale, selected, budgets, highlighted, charts } });
  return () => h('main', { class: 'fronts' }, names.map((title, i) => h('div', { class: 'panel', key: title }, h(FrontChart, {
    ref: (chart: unknown) => { charts[i] = chart as FrontChartExposed; },
    title, series: series.value[i], budgetMs: budgets.value[i], highlighted: highlighted.value, selected: selected.value,
    baseline: { value: 0.66, label: 'Linear classifier, 66.0 %' }, published: published[i], reference: { latencyMs: [15, 4, 60][i], value: 0.01 },
    dragMode: mode.value, latencyScale: scale.value,
    'onUpdate:budgetMs': (ms: number) => { budgets.value = budgets.value.map((old, k) => (k === i ? ms : old)); },
    onHover: (row: RowRef | null) => { highlighted.value = row; },
    onSelect: (rows: readonly RowSelection[]) => { selected.value = rows; },
  }))));
}, { props: { points: { type: Number, required: true }, overlay: Boolean } });
