import { defineComponent, h, shallowRef } from 'vue';
import { Random } from '../../../../core/base/random.ts';
import FlameBar from '../../../../renderer/charts/FlameBar.vue';
import HypervolumeChart from '../../../../renderer/charts/HypervolumeChart.vue';
import LineChart from '../../../../renderer/charts/LineChart.vue';
import ParallelChart from '../../../../renderer/charts/ParallelChart.vue';
import ScatterChart from '../../../../renderer/charts/ScatterChart.vue';
import StepStrip from '../../../../renderer/charts/StepStrip.vue';

const random = new Random(3);
const noisy = (length: number, f: (i: number) => number): Float32Array => Float32Array.from({ length }, (_, i) => f(i) * (1 + 0.12 * (random.uniform() - 0.5)));
const steps = Float32Array.from({ length: 20_000 }, (_, i) => i);
const loss = [
  { id: 's', name: 'Smallest', tone: 1, x: steps, y: noisy(20_000, (i) => 0.9 + 2 * Math.exp(-i / 4000)) },
  { id: 'm', name: 'Sampled', tone: 2, x: steps, y: noisy(20_000, (i) => 0.7 + 2 * Math.exp(-i / 4000)) },
  { id: 'l', name: 'Largest', tone: 3, x: steps, y: noisy(20_000, (i) => 0.5 + 2 * Math.exp(-i / 4000)) },
];
const measured = Float32Array.from({ length: 300 }, () => 2 + 60 * random.uniform() ** 2);
const scatter = [
  { id: 'p', name: 'Pixel 8 Pro', tone: 1, measured, predicted: measured.map((ms) => ms * (0.9 + 0.2 * random.uniform())) },
  { id: 'i', name: 'iPhone 14', tone: 2, measured: measured.map((ms) => ms / 3), predicted: measured.map((ms) => (ms / 3) * (0.85 + 0.35 * random.uniform())) },
];
const progress = (scale: number) => Array.from({ length: 30 }, (_, i) => ({ evaluations: (i + 1) * 200, hypervolume: scale * (8 - 5 * Math.exp(-i / 6)) }));
const choices = [[128, 160, 192, 224], [1, 2, 3], [2, 3, 4], [2, 4, 6], [3, 5], [8, 16, 24, 32]];
const lines = 5000;
const columns = choices.map((values) => Float32Array.from({ length: lines }, () => values[Math.floor(random.uniform() * values.length)]));
const value = Float64Array.from({ length: lines }, (_, i) => 0.6 + columns.reduce((sum, column, k) => sum + (0.03 * column[i]) / choices[k][choices[k].length - 1], 0) + 0.02 * random.uniform());
const stage = (name: string, ms: readonly number[], others: readonly (number | null)[]) => ({
  id: name, name, latencyMs: ms.reduce((a, b) => a + b, 0), otherLatencyMs: 3.4,
  children: ms.map((latencyMs, i) => ({ id: `${name}.${i}`, name: `Block ${i + 1}`, latencyMs, otherLatencyMs: others[i], detail: 'MBConv, 56 x 56, 40 channels' })),
});
const stages = [stage('Stem', [1.2], [1.2]), stage('Stage 1', [1.1, 1.3], [0.9, 1.5]), stage('Stage 2', [2.1, 1.4, 0.3], [1.1, 1.4, null]), stage('Stage 3', [3.2, 2.2], [3.9, 2.0])];
const root = { id: 'network', name: 'Network', latencyMs: stages.reduce((sum, { latencyMs }) => sum + latencyMs, 0), otherLatencyMs: 14, children: stages };
const walk = Array.from({ length: 4000 }, (_, i) => Math.round(2 + 2 * Math.sin(i / 300) + random.uniform() - 0.5));

const pointed = shallowRef<number | null>(17);
Object.assign(window, { pointed });

export const Others = defineComponent(() => () => h('main', { class: 'others' }, [
  h('div', { class: 'panel' }, h(LineChart, { title: 'Loss', series: loss, xTitle: 'Step', yTitle: 'Loss', smoothing: 0.97, yScale: 'log' })),
  h('div', { class: 'panel' }, h(ScatterChart, { title: 'Predicted against measured', series: scatter })),
  h('div', { class: 'panel' }, h(HypervolumeChart, { series: [{ id: 'a', name: 'Seed 1', tone: 1, progress: progress(1) }, { id: 'b', name: 'Seed 2', tone: 2, progress: progress(0.93) }] })),
  h('div', { class: 'panel' }, h(ParallelChart, {
    title: 'Architectures', value, highlighted: pointed.value, onHover: (row: number | null) => { pointed.value = row; }, brushes: [{ name: 'd1', range: [2, 3] }],
    dimensions: columns.map((column, i) => ({ name: `d${i}`, title: ['Resolution', 'Depth 1', 'Depth 2', 'Ratio', 'Kernel', 'Width'][i], values: choices[i], column })),
  })),
  h('div', { class: 'panel' }, h(FlameBar, { title: 'Latency by block', root, highlighted: 'Stage 2.0' })),
  h('div', { class: 'panel' }, h(StepStrip, { title: 'Bucket walk', values: walk, buckets: ['100 M', '200 M', '300 M', '400 M', '500 M'] })),
]));
