import { expect, test } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { frontRows, rowsWithin } from '../../core/search/frontRows.ts';
import { paretoFront } from '../../core/search/pareto.ts';

/** Values on a coarse grid, so that ties in one and in both objectives are frequent. */
function columns(count: number, seed: number) {
  const random = new Random(seed);
  const latencyMs = Float32Array.from({ length: count }, () => Math.floor(random.uniform() * 40) / 2);
  const value = Float32Array.from({ length: count }, (_, row) => Math.floor(random.uniform() * 30) / 64 + latencyMs[row] / 64);
  return { latencyMs, value };
}

function expectedRows({ latencyMs, value }: ReturnType<typeof columns>, keep: (row: number) => boolean = () => true): number[] {
  const points = [...latencyMs.keys()].filter(keep).map((row) => ({ row, latencyMs: latencyMs[row], value: value[row] }));
  return paretoFront(points).map(({ row }) => row);
}

test('the front of columns is the front of the same points, ties included', () => {
  for (let seed = 0; seed < 40; seed += 1) {
    const data = columns(1 + seed * 11, seed);
    expect(frontRows(data)).toEqual(expectedRows(data));
  }
});

test('a mask leaves rows out', () => {
  const data = columns(300, 7);
  const mask = Uint8Array.from(data.latencyMs, (_, row) => (row % 3 === 0 ? 0 : 1));
  expect(frontRows(data, mask)).toEqual(expectedRows(data, (row) => row % 3 !== 0));
});

test('a front that grows with its columns equals one that is made at once', () => {
  const data = columns(500, 3);
  let front: number[] = [];
  for (let end = 0; end < 500; end += 50) {
    const seen = { latencyMs: data.latencyMs.subarray(0, end + 50), value: data.value.subarray(0, end + 50) };
    front = frontRows(seen, undefined, end, front);
  }
  expect(front).toEqual(expectedRows(data));
});

test('the front under a budget is the beginning of the whole front', () => {
  const data = columns(400, 5);
  const front = frontRows(data);
  for (const budgetMs of [-1, 0, 0.5, 3.2, 10, 19.5, 100]) {
    expect(front.slice(0, rowsWithin(data.latencyMs, front, budgetMs)))
      .toEqual(expectedRows(data, (row) => data.latencyMs[row] <= budgetMs));
  }
});

test('rows that are not known on the device take no part', () => {
  const data = { latencyMs: Float32Array.of(NaN, 2, 1, 3), value: Float32Array.of(0.9, 0.5, NaN, 0.6) };
  expect(frontRows(data)).toEqual([1, 3]);
});
