import { describe, expect, it } from 'vitest';
import { allBudgetsMs, budgetLevels, budgetLines, mostLevels, seriesBudgetMs } from '../../../renderer/charts/front/budgetLines.ts';
import { exportedPoints } from '../../../renderer/charts/front/exportedPoints.ts';
import { seriesPoints } from '../../../renderer/charts/front/seriesPoints.ts';

const series = [{ id: 'a', name: 'Phone', tone: 1 }, { id: 'b', name: 'Board', tone: 2 }, { id: 'c', name: 'Server', tone: 3 }];

describe('the budget lines of a chart', () => {
  it('are one for all series, without a name', () => {
    const budgets = { budgetMs: 12, seriesBudgetsMs: null };
    expect(budgetLines(budgets, series)).toEqual([{ id: null, name: null, tone: null, budgetMs: 12, level: 0 }]);
    expect(budgetLines({ budgetMs: null, seriesBudgetsMs: null }, series)).toEqual([]);
    expect(seriesBudgetMs(budgets, 'b')).toBe(12);
    expect([budgetLevels(budgets, 3), allBudgetsMs(budgets)]).toEqual([1, [12]]);
  });

  it('are one for each series that has a budget, in its colour and with a row of its own', () => {
    const budgets = { budgetMs: null, seriesBudgetsMs: { a: 5, b: null, c: 9 } };
    expect(budgetLines(budgets, series)).toEqual([
      { id: 'a', name: 'Phone', tone: 1, budgetMs: 5, level: 2 }, { id: 'c', name: 'Server', tone: 3, budgetMs: 9, level: 0 },
    ]);
    expect(['a', 'b', 'd'].map((id) => seriesBudgetMs(budgets, id))).toEqual([5, null, null]);
    expect([budgetLevels(budgets, 3), allBudgetsMs(budgets)]).toEqual([3, [5, 9]]);
  });

  it('share rows where there are many', () => {
    const many = Array.from({ length: 7 }, (_, i) => ({ id: `${i}`, name: `${i}`, tone: i + 1 }));
    const budgets = { budgetMs: null, seriesBudgetsMs: Object.fromEntries(many.map(({ id }) => [id, 1])) };
    expect(budgetLevels(budgets, 7)).toBe(mostLevels);
    expect(budgetLines(budgets, many).map(({ level }) => level)).toEqual([3, 2, 1, 0, 3, 2, 1]);
  });
});

it('a figure keeps the points beyond a series own budget, fainter', () => {
  const points = seriesPoints({ id: 'a', name: 'a', source: 'a', tone: 1, latencyMs: Float32Array.of(1, 2, 3), value: Float64Array.of(0.1, 0.2, 0.3) }, 'linear');
  const axes = { x: { scale: 'linear', low: 0, high: 4, pixels: 40 }, y: { scale: 'linear', low: 0, high: 1, pixels: 100, flip: true } } as const;
  const groups = exportedPoints([{ points, color: '#0072b2', fadeFromMs: 2 }], axes)?.split('</g>').filter(Boolean) ?? [];
  const found = groups.map((group) => ({ count: group.split('<circle').length - 1, opacity: Number(/fill-opacity="([\d.]+)"/.exec(group)?.[1]) }));
  expect(found.map(({ count }) => count)).toEqual([1, 2]);
  expect(found[0].opacity / found[1].opacity).toBeCloseTo(0.32, 1);
});
