import { expect, it } from 'vitest';
import { asVitCounts } from '../../../../core/study/reproductions/asvit/counts.ts';
import { cellsOf } from '../cells.ts';
import { noMeans } from '../noMeans.ts';

it("shows the release's counts, the adjusted ones and the printed ones, which all four adjusted ones round to", async () => {
  const [table] = await asVitCounts.make({}, noMeans);
  // asvit.md 2.2 and 2.3.
  expect(cellsOf(table, 'As-ViT-Large')).toEqual({
    network: 'As-ViT-Large', 'blocks of the stages': '5, 2, 5, 2', 'width C': '180', 'parameters as released (M)': '87.58', 'as adjusted (M)': '88.10', 'printed (M)': '88.1',
    'MACs (G)': '22.358', 'with element-wise work (G)': '22.576', 'printed FLOPs (B)': '22.6',
  });
  expect(table.rows.map((row) => Number(row[4]).toFixed(1))).toEqual(['2.4', '29.0', '52.6', '88.1']);
  expect(table.remarks.filter((remark) => remark.includes('all four round to the printed ones'))).toHaveLength(2);
});
