import { expect, it } from 'vitest';
import { tfTasAutoFormer } from '../../../../core/study/reproductions/tftas/autoFormerTables.ts';
import { tfTasPit } from '../../../../core/study/reproductions/tftas/pitTables.ts';
import { cellsOf } from '../cells.ts';
import { noMeans } from '../noMeans.ts';

it('shows the counts of the released configurations beside the printed ones, and which way of counting was printed', async () => {
  const [counts] = await tfTasAutoFormer.make({}, noMeans);
  // tftas.md 3.5: parameters, true MACs, the two releases' counts and dense relative positions, rounded.
  expect(cellsOf(counts, 'TF-TAS-Ti')).toMatchObject({
    'parameters (M)': '6.20', 'printed (M)': '5.9', 'MACs (G)': '1.36', "TF-TAS's counter (G)": '1.38', "AutoFormer's counter (G)": '1.42', 'dense relative positions (G)': '1.58',
    'which round to the printed FLOPs': "MACs, TF-TAS's counter, AutoFormer's counter",
  });
  expect(cellsOf(counts, 'AutoFormer-S')).toMatchObject({ 'parameters (M)': '22.89', 'MACs (G)': '4.77', "AutoFormer's counter (G)": '4.89', 'which round to the printed FLOPs': 'none' });
  expect(cellsOf(counts, 'DeiT-B')).toMatchObject({ 'parameters (M)': '86.57', 'MACs (G)': '17.56', 'dense relative positions (G)': '17.56' });
  // Of 5.9, 22.8 and 54.0 M, beside 6.200776, 23.935336 and 56.470792 M (tftas.md 3.5).
  expect(counts.remarks[0]).toMatch(/−4\.9 % for TF-TAS-Ti, −4\.7 % for TF-TAS-S/);
});

it('writes the architectures of the released configurations, and which lie outside the printed spaces', async () => {
  const [, architectures] = await tfTasAutoFormer.make({}, noMeans);
  expect(cellsOf(architectures, 'TF-TAS-B')).toMatchObject({ width: '576', depth: '15', 'heads of the layers': '9, 10 x 6, 9 x 2, 10, 9 x 5' });
  expect(architectures.remarks.join()).toMatch(/DeiT-Ti, AutoFormer-Ti, DeiT-S and DeiT-B/);
});

it("finds that PiT's printed counts fit and TF-TAS's do not", async () => {
  const [table] = await tfTasPit.make({}, noMeans);
  // tftas.md 4.3.
  expect(cellsOf(table, 'PiT-S')).toMatchObject({ 'parameters (M)': '23.46', 'printed (M)': '23.5', 'MACs (G)': '2.87', 'printed FLOPs (B)': '2.9' });
  expect(cellsOf(table, 'TF-TAS-S')).toMatchObject({ 'parameters (M)': '24.97', 'printed (M)': '23.8', 'MACs (G)': '3.41', 'printed FLOPs (B)': '3.2' });
  expect(table.remarks[0]).toMatch(/round to the printed ones for PiT-XS and PiT-S;.*for TF-TAS-Ti.*for TF-TAS-XS.*for TF-TAS-S/);
});
