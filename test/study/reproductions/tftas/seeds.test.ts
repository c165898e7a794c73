import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { networkParams } from '../../../../core/network/blockGraph.ts';
import { autoFormerTiny } from '../../../../core/spaces/autoformer/space.ts';
import type { ScoreLine } from '../../../../core/study/correlation/scoreRecord.ts';
import { accuracyTable } from '../../../../core/study/reproductions/tftas/seedAccuracy.ts';
import { drawNetworks } from '../../../../core/study/reproductions/tftas/seedScores.ts';
import { stabilityTables } from '../../../../core/study/reproductions/tftas/seedStability.ts';
import { tfTasSeeds } from '../../../../core/study/reproductions/tftas/seeds.ts';
import { scratchFolder } from '../../scratch.ts';
import { cellsOf } from '../cells.ts';
import { noMeans } from '../noMeans.ts';

const folder = scratchFolder();

const lines = (values: readonly number[]) => values.map((value): ScoreLine => ({ network: '', proxy: '', value, spread: null, macs: 0, ms: 0 }));

describe('how far seeds change a score', () => {
  it('is the agreement of their orders, and what each would take', () => {
    const networks = drawNetworks(4);
    // The second seed swaps two neighbours: one of six pairs is discordant, tau = (5 - 1) / 6.
    const scores = [[4, 3, 2, 1], [3, 4, 2, 1]].map((values) => ({ dss: lines(values) }));
    const [order, best] = stabilityTables(networks, ['dss'], scores);
    expect(cellsOf(order, 'dss')).toMatchObject({
      'published tau with accuracy by seed': '0.697, 0.697, 0.697, 0.697', 'its deviation': '0.000', 'tau between two seeds: mean': '0.667', least: '0.667', 'of the best 10 in common': '100 %', 
      // Means of the networks are 3.5, 3.5, 2 and 1 around 2.5; what is left is 0.5 of two scores of four.
      'deviation between networks': `${(100 * Math.sqrt((1 + 1 + 0.25 + 2.25) / 4) / 2.5).toFixed(2)} %`, 'between seeds': `${(100 * Math.sqrt(0.25 / 2) / 2.5).toFixed(2)} %`,
    });
    expect(order.remarks.join(' ')).toMatch(/Does not agree/);
    expect(cellsOf(best, 'seed 1')).toMatchObject({ 'score with seed 0 (place)': '3.00000 (2)', 'score with seed 1 (place)': '4.00000 (1)', architecture: autoFormerTiny.key(autoFormerTiny.parse(networks[1].arch)) });
    expect(best.remarks.join(' ')).toMatch(/2 seeds take 2 networks.*at place 2 of 4/);
  });

  it('agrees with the paper only where all seeds order alike', () => {
    const same = [[4, 3, 2], [8, 6, 4]].map((values) => ({ dss: lines(values) }));
    const [order, best] = stabilityTables(drawNetworks(3), ['dss'], same);
    expect(order.remarks.join(' ')).toMatch(/Agrees: the DSS-indicator orders these networks alike/);
    expect(best.remarks).toEqual(['All seeds take the same network.']);
  });

  it('is its tau with accuracy by seed where accuracies are known', () => {
    const set = { title: 'three', columns: [{ name: 'a', title: 'A' }], networks: drawNetworks(3).map((network, i) => ({ ...network, accuracies: [i === 3 ? null : 10 * i] })) };
    const table = accuracyTable(set, ['dss'], [{ dss: lines([1, 2, 3]) }, { dss: lines([1, 3, 2]) }]);
    // Of three pairs, the second seed has one the wrong way round.
    expect(table.rows).toEqual([['dss', 'a', '1.000', '0.333', '0.667', '0.471']]);
  });
});

describe('networks of TF-TAS\'s Table 6', () => {
  it('have 5 to 7 M parameters, and more of them begin with the same ones', () => {
    const many = drawNetworks(40);
    expect(many.slice(0, 7)).toEqual(drawNetworks(7));
    for (const { arch } of many) {
      const params = networkParams(autoFormerTiny.lower(autoFormerTiny.parse(arch)));
      expect(params).toBeGreaterThanOrEqual(5e6);
      expect(params).toBeLessThan(7e6);
    }
  });

  it('keep their scores in a folder, so that a table that was stopped goes on', async () => {
    const out = join(folder, 'scores');
    const options = { count: 6, seeds: 2, proxies: ['dss-mean-field', 'params'] as const, out };
    const controller = new AbortController();
    const stopped = tfTasSeeds.make(options, { ...noMeans, signal: controller.signal, onProgress: (done) => { if (done >= 6) controller.abort(); } });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    const seen: number[] = [];
    const resumed = await tfTasSeeds.make(options, { ...noMeans, onProgress: (done) => seen.push(done) });
    expect(seen[0]).toBeGreaterThan(6);
    expect(resumed).toEqual(await tfTasSeeds.make({ ...options, out: undefined }, noMeans));
  });
});
