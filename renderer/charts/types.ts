/**
 * The props, events and exposed functions of every chart in this folder, in one place. Units: latencies in
 * milliseconds, values as core/search/objective.ts has them: accuracies as fractions in [0, 1], which the charts write in percent, or scores. A row is an index into the columns of one
 * study; `source` names the study (or any set of architectures), so that the same architecture is known on several
 * devices' charts by { source, row }.
 */

import type { Objective } from '../../core/search/objective.ts';

/** A column of numbers of either width. */
export type NumberColumn = Float32Array | Float64Array;

/** 1 to 8: the theme's --series-1 to --series-8, each with a marker shape of its own. */
export type SeriesTone = number;
export type AxisScale = 'linear' | 'log';

/** One architecture of one study, known on every device's chart. */
export interface RowRef {
  readonly source: string;
  readonly row: number;
}

/** Several architectures of one study. */
export interface RowSelection {
  readonly source: string;
  readonly rows: Uint32Array;
}

// ---- FrontChart.vue --------------------------------------------------------------------------------------------

/**
 * What one study evaluated on one device. Columns are as long as the study has rows, NaN where a value is not known.
 * When columns are replaced by longer ones whose beginning is the same, only the new points are drawn.
 */
export interface FrontSeries {
  /** Unique within the chart. */
  readonly id: string;
  /** In the legend: the study's name, or the device's where several devices share a chart. */
  readonly name: string;
  readonly source: string;
  readonly tone: SeriesTone;
  readonly latencyMs: Float32Array;
  readonly value: Float64Array;
  /** For the tooltip. */
  readonly macs?: Float64Array;
  /** The architecture's short name for the tooltip; its row number when left out. */
  readonly label?: (row: number) => string;
  /** The prediction interval of a row's latency, drawn as an error bar at the hovered point. */
  readonly intervalMs?: (row: number) => readonly [lowMs: number, highMs: number] | null;
}

/** A network from a publication, drawn with its name. */
export interface PublishedPoint {
  readonly name: string;
  readonly latencyMs: number;
  readonly value: number;
}

/** The part of the plane that is shown. */
export interface FrontView {
  readonly latencyMs: readonly [number, number];
  readonly value: readonly [number, number];
}

/** What a drag of the pointer does: move the view, draw a lasso, or draw a rectangle to select. */
export type FrontDragMode = 'pan' | 'lasso' | 'range';

/** One series' Pareto front within the budget. */
export interface FrontResult {
  readonly id: string;
  /** By ascending latency. */
  readonly rows: Uint32Array;
  /** In ms x value up to `reference` (core/search/indicators.ts); null without a reference. */
  readonly hypervolume: number | null;
}

/** An architecture whose latency was measured after it had been predicted. */
export interface MeasuredPoint {
  readonly name: string;
  /** As predicted, where the architecture's own point is. */
  readonly latencyMs: number;
  readonly measuredMs: number;
  readonly value: number;
  /** Its rounds disagree: drawn with a broken line. */
  readonly isDoubtful: boolean;
}

export interface FrontChartProps {
  /** The accessible name, usually the device: "Pixel 8 Pro, CPU". Shown as the chart's title unless `hideTitle`. */
  readonly title: string;
  readonly hideTitle?: boolean;
  readonly series: readonly FrontSeries[];
  /** What the upright axis shows; accuracy unless given. */
  readonly objective?: Objective;
  /** v-model:budget-ms. The draggable line; null draws none. Points and fronts beyond it fade. */
  readonly budgetMs?: number | null;
  /**
   * In place of `budgetMs`: a draggable line for each series, by its id, in its colour. It limits its own series alone;
   * null, or nothing, leaves a series without limit and line.
   */
  readonly seriesBudgetsMs?: Readonly<Record<string, number | null | undefined>> | null;
  /** Other devices' or earlier budgets, as plain lines. */
  readonly budgetMarks?: readonly { readonly latencyMs: number; readonly label: string }[];
  /** A horizontal line such as the linear classifier's accuracy. */
  readonly baseline?: { readonly value: number; readonly label: string } | null;
  readonly published?: readonly PublishedPoint[];
  readonly measured?: readonly MeasuredPoint[];
  /** The hypervolume's reference point; without one no hypervolume is shown. */
  readonly reference?: { readonly latencyMs: number; readonly value: number } | null;
  /** The architecture hovered in another chart or in the table. */
  readonly highlighted?: RowRef | null;
  readonly selected?: readonly RowSelection[];
  /** Default 'linear'. */
  readonly latencyScale?: AxisScale;
  /** Default 'pan'. */
  readonly dragMode?: FrontDragMode;
  /** v-model:view. Null (the default) shows everything. */
  readonly view?: FrontView | null;
}

export interface FrontChartEmits {
  /** Continuously while the budget's handle is dragged or moved by keys. */
  'update:budgetMs': [budgetMs: number];
  /** The same for the line of one series. */
  'update:seriesBudgetMs': [id: string, budgetMs: number];
  'update:view': [view: FrontView | null];
  hover: [row: RowRef | null];
  /** A click, or Enter, on a point. */
  open: [row: RowRef];
  /** A lasso or rectangle; [] when the selection was cleared with Escape. Only rows of visible series. */
  select: [selections: readonly RowSelection[]];
  /** Whenever points, budget or reference change; in the order of `series`. */
  fronts: [fronts: readonly FrontResult[]];
}

/** By a template ref. Both exports hold what is on screen. */
export interface FrontChartExposed {
  exportSvg(): string;
  /** `scale` output pixels per CSS pixel; default 2. */
  exportPng(scale?: number): Promise<Blob>;
  resetView(): void;
}

// ---- LineChart.vue and HypervolumeChart.vue --------------------------------------------------------------------

/** `x` ascending; both as long; NaN in `y` leaves a gap. Replace the object (not its contents) to update. */
export interface LineSeries {
  readonly id: string;
  readonly name: string;
  readonly tone: SeriesTone;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly dashed?: boolean;
  /** Steps rather than slopes between points. */
  readonly stepped?: boolean;
  /** False for lines of few or exact values, which smoothing would bend: they are drawn as they are. */
  readonly smooth?: boolean;
}

export interface LineChartProps {
  /** The accessible name. */
  readonly title: string;
  readonly series: readonly LineSeries[];
  /** "Step", "Evaluations". */
  readonly xTitle: string;
  /** "Loss", "Accuracy (%)". */
  readonly yTitle: string;
  /** Default 'linear'. Log leaves out values that are not positive. */
  readonly yScale?: AxisScale;
  /** Exponential smoothing of the drawn lines, 0 (none, default) to 0.99; the raw line stays, faint. */
  readonly smoothing?: number;
  /** How a value is written in the tooltip and the table; default three significant digits. */
  readonly formatY?: (value: number) => string;
  readonly formatX?: (value: number) => string;
  /** Charts with the same group share their crosshair. */
  readonly group?: string;
}

export interface HypervolumeSeries {
  readonly id: string;
  readonly name: string;
  readonly tone: SeriesTone;
  readonly progress: readonly { readonly evaluations: number; readonly hypervolume: number }[];
}

export interface HypervolumeChartProps {
  readonly title?: string;
  /** What the area is made of besides latency; accuracy unless given. */
  readonly objective?: Objective;
  readonly series: readonly HypervolumeSeries[];
}

/** What every ECharts-drawn chart exposes. */
export interface ChartExposed {
  exportSvg(): string;
  exportPng(scale?: number): Promise<Blob>;
}

// ---- StepStrip.vue ---------------------------------------------------------------------------------------------

export interface StepStripProps {
  readonly title: string;
  /** The index of the bucket each step trained, NaN or negative where none; one value a step. */
  readonly values: ArrayLike<number>;
  /** The buckets' names, smallest first: their count fixes the colour scale. */
  readonly buckets: readonly string[];
  /** The number of the first step; default 0. */
  readonly firstStep?: number;
  readonly height?: number;
}

// ---- MatrixTable.vue -------------------------------------------------------------------------------------------

export interface MatrixTableProps {
  /** The table's caption, read out only. */
  readonly title: string;
  /** What rows and columns stand for: "MACs". */
  readonly corner: string;
  /** Of rows and columns alike. */
  readonly labels: readonly string[];
  /** [rows][columns]; null where it is not known. */
  readonly values: readonly (readonly (number | null)[])[];
  /** Standard errors, told with the value under the pointer. */
  readonly errors?: readonly (readonly (number | null)[])[];
  /** The colours reach from -end to end, with none at 0. */
  readonly end: number;
  /** What the colours' ends mean: ["they conflict", "they agree"]. */
  readonly meanings: readonly [below: string, above: string];
}

// ---- ScatterChart.vue ------------------------------------------------------------------------------------------

export interface ScatterSeries {
  readonly id: string;
  readonly name: string;
  readonly tone: SeriesTone;
  readonly measured: Float32Array;
  readonly predicted: Float32Array;
  readonly label?: (index: number) => string;
}

export interface ScatterChartProps {
  readonly title: string;
  readonly series: readonly ScatterSeries[];
  /** Default 'log': a band of +-10 % is then as wide everywhere. */
  readonly scale?: AxisScale;
  /** The band's half width as a fraction; default 0.1. */
  readonly band?: number;
  /** Default "ms". */
  readonly unit?: string;
}

// ---- PointsChart.vue -------------------------------------------------------------------------------------------

/** Things with two quantities each. */
export interface PointsChartProps {
  /** The accessible name. */
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly label: string }[];
  readonly tone?: SeriesTone;
}

// ---- ParallelChart.vue -----------------------------------------------------------------------------------------

export interface ParallelDimension {
  readonly name: string;
  readonly title: string;
  /** The values that the dimension can take, ascending; ticks stand there. Empty: continuous. */
  readonly values: readonly number[];
  /** One value a line. */
  readonly column: NumberColumn;
  readonly format?: (value: number) => string;
}

export interface ParallelBrush {
  readonly name: string;
  readonly range: readonly [number, number];
}

export interface ParallelChartProps {
  readonly title: string;
  readonly dimensions: readonly ParallelDimension[];
  /** The value of each line, which colours it. */
  readonly value: Float64Array;
  /** What the values are; accuracy unless given. */
  readonly objective?: Objective;
  /** The study's row of each line; the line's number when left out. */
  readonly rows?: Uint32Array;
  /** A row of `rows` to draw on top. */
  readonly highlighted?: number | null;
  /** v-model:brushes. */
  readonly brushes?: readonly ParallelBrush[];
}

export interface ParallelChartEmits {
  'update:brushes': [brushes: readonly ParallelBrush[]];
  /** The rows within every brush; all rows when there are none. */
  select: [rows: Uint32Array];
  hover: [row: number | null];
}

// ---- FlameBar.vue ----------------------------------------------------------------------------------------------

/** A network, stage or block: its own latency is that of its children, or `latencyMs` for a leaf. */
export interface FlameNode {
  readonly id: string;
  readonly name: string;
  readonly latencyMs: number;
  /** For the tooltip: "3 x MBConv, 56 x 56, 40 channels". */
  readonly detail?: string;
  /** The same part of the architecture it is compared with; null when it has none there. Undefined: no comparison. */
  readonly otherLatencyMs?: number | null;
  readonly children?: readonly FlameNode[];
}

export interface FlameBarProps {
  /** The accessible name: "Latency by block on Pixel 8 Pro". */
  readonly title: string;
  readonly root: FlameNode;
  /** The width of the scale in ms, to compare several bars; default the root's latency. */
  readonly scaleMs?: number;
  readonly highlighted?: string | null;
  /** How a value is written; for bars of other costs than latency. Default milliseconds. */
  readonly format?: (value: number) => string;
}

export interface FlameBarEmits {
  hover: [id: string | null];
  /** A click, or Enter. */
  open: [id: string];
}
