import type { FrontChartProps, SeriesTone } from '../types.ts';

/** The budgets as a chart is given them: one for all series, or one for each. */
export type ChartBudgets = Required<Pick<FrontChartProps, 'budgetMs' | 'seriesBudgetsMs'>>;

/** A draggable line. */
export interface BudgetLineSpec {
  /** The series that it limits; null: all of them. */
  readonly id: string | null;
  /** What it is called besides its latency; null where there is but one line. */
  readonly name: string | null;
  /** Of its series; null: the accent colour. */
  readonly tone: SeriesTone | null;
  readonly budgetMs: number;
  /** The row of its handle above the plot, 0 next to it: handles of different rows never hide each other. */
  readonly level: number;
}

/** The most rows of handles; further lines share them. */
export const mostLevels = 4;

/** The budget that limits a series; null for none. */
export function seriesBudgetMs({ budgetMs, seriesBudgetsMs }: ChartBudgets, id: string): number | null {
  return seriesBudgetsMs === null ? budgetMs : seriesBudgetsMs[id] ?? null;
}

/** All lines of a chart whose `series` are visible, in the order in which they are drawn: upper handles first. */
export function budgetLines(budgets: ChartBudgets, series: readonly { readonly id: string; readonly name: string; readonly tone: SeriesTone }[]): BudgetLineSpec[] {
  if (budgets.seriesBudgetsMs === null) {
    return budgets.budgetMs === null ? [] : [{ id: null, name: null, tone: null, budgetMs: budgets.budgetMs, level: 0 }];
  }
  const levels = budgetLevels(budgets, series.length);
  return series.flatMap(({ id, name, tone }, i) => {
    const budgetMs = seriesBudgetMs(budgets, id);
    return budgetMs === null ? [] : [{ id, name, tone, budgetMs, level: levels - 1 - (i % levels) }];
  });
}

/** How many rows of handles stand above the plot. Not fewer while a budget is unset, so that the plot keeps its size. */
export function budgetLevels({ seriesBudgetsMs }: ChartBudgets, seriesCount: number): number {
  return seriesBudgetsMs === null ? 1 : Math.max(1, Math.min(mostLevels, seriesCount));
}

/** All budgets in ms, for the axes to hold. */
export function allBudgetsMs({ budgetMs, seriesBudgetsMs }: ChartBudgets): number[] {
  const all = seriesBudgetsMs === null ? [budgetMs] : Object.values(seriesBudgetsMs);
  return all.filter((ms): ms is number => ms !== null && ms !== undefined);
}
