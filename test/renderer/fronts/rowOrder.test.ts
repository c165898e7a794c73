import { describe, expect, it } from 'vitest';
import { gridOf } from '../../../renderer/screens/fronts/single/chartGrid.ts';
import { RowOrder, listedRows, maskOf, sampledRows } from '../../../renderer/screens/fronts/single/rowOrder.ts';
import { cloud } from './columns.ts';

describe('the order of rows', () => {
  const column = Float32Array.of(2, NaN, 1, 2, 3);

  it('has equal values as they came and unknown ones last, in both directions', () => {
    expect([...new RowOrder().of(column, 5, false)]).toEqual([2, 0, 3, 4, 1]);
    expect([...new RowOrder().of(column, 5, true)]).toEqual([4, 0, 3, 2, 1]);
  });

  it('is that of the evaluations without a column', () => {
    expect([...new RowOrder().of(undefined, 3, false)]).toEqual([0, 1, 2]);
    expect([...new RowOrder().of(undefined, 3, true)]).toEqual([2, 1, 0]);
  });

  it.each([false, true])('is the same whether a column came at once or grew (descending: %s)', (descending) => {
    const { latencyMs } = cloud(400);
    const growing = new RowOrder();
    for (const count of [10, 10, 250, 400]) {
      expect(growing.of(latencyMs.subarray(0, count), count, descending)).toEqual(new RowOrder().of(latencyMs.slice(0, count), count, descending));
    }
  });

  it('is made anew for another column or direction', () => {
    const { latencyMs, value } = cloud(50);
    const order = new RowOrder();
    order.of(latencyMs, 50, false);
    expect(order.of(value, 50, false)).toEqual(new RowOrder().of(value, 50, false));
    expect(order.of(value, 50, true)).toEqual(new RowOrder().of(value, 50, true));
  });
});

describe('the rows of the table', () => {
  const order = Uint32Array.of(3, 1, 0, 2);

  it('are those of the mask in order', () => {
    expect(listedRows(order, Uint8Array.of(1, 0, 0, 1), new Set())).toEqual([3, 0]);
    expect(listedRows(order, null, new Set())).toEqual([3, 1, 0, 2]);
  });

  it('begin with what is pinned, whether or not the mask has it', () => {
    expect(listedRows(order, Uint8Array.of(1, 0, 0, 1), new Set([0, 2]))).toEqual([0, 2, 3]);
  });

  it('are never beyond the evaluations that there are', () => {
    expect([...maskOf([[0, 7], Uint32Array.of(2)], 3)]).toEqual([1, 0, 1]);
  });
});

describe('a sample of rows', () => {
  it('is everything where that is little enough', () => {
    expect(sampledRows(Uint8Array.of(0, 1, 1), 3, 5)).toEqual({ rows: Uint32Array.of(1, 2), of: 2 });
  });

  it('is spread evenly otherwise, and says of how many', () => {
    const { rows, of } = sampledRows(null, 10, 5);
    expect([...rows]).toEqual([0, 2, 4, 6, 8]);
    expect(of).toBe(10);
  });
});

describe('the grid of charts', () => {
  it('puts the hypervolumes beside two devices on a small screen, and beside three on a large one', () => {
    expect(gridOf(2, 1064, 410, true)).toMatchObject({ columns: 3, hasRoom: true });
    expect(gridOf(3, 1064, 410, true)).toMatchObject({ columns: 3, hasRoom: false });
    expect(gridOf(3, 1800, 640, true)).toMatchObject({ columns: 4, hasRoom: true });
  });

  it('fills its rows evenly and never gets too flat', () => {
    const grid = gridOf(4, 1064, 410, false);
    expect(grid.columns).toBe(2);
    expect(grid.rowHeight).toBeGreaterThanOrEqual(250);
    expect(gridOf(3, 100, 100, true).columns).toBe(1);
  });
});
