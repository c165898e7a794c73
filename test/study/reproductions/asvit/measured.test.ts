import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../../core/engine/engine.ts';
import { autoScalingSettingsSchema } from '../../../../core/search/autoScaling/settings.ts';
import { policySearchSettingsSchema } from '../../../../core/search/policyGradient/settings.ts';
import { asVit } from '../../../../core/spaces/asvit/space.ts';
import type { ScoreLine } from '../../../../core/study/correlation/scoreRecord.ts';
import { complexityProxies, drawTopologies } from '../../../../core/study/reproductions/asvit/complexityScores.ts';
import { complexityTables } from '../../../../core/study/reproductions/asvit/complexityTables.ts';
import { asVitPolicy } from '../../../../core/study/reproductions/asvit/policy.ts';
import { asVitScaling } from '../../../../core/study/reproductions/asvit/scaling.ts';
import { scaleTopology } from '../../../../core/study/topology/scaleTopology.ts';
import { searchTopology } from '../../../../core/study/topology/searchTopology.ts';
import { scratchFolder } from '../../scratch.ts';
import { cellsOf } from '../cells.ts';
import { noMeans } from '../noMeans.ts';

const folder = scratchFolder();
/** Counting parameters and MACs needs none. */
const noEngine = {} as Engine;

describe("As-ViT's Table 2", () => {
  const topologies = drawTopologies(6);
  const line = (value: number | null): ScoreLine => ({ network: '', proxy: '', value, spread: null, macs: 2e9, ms: 500, processorMs: 1500 });
  const scoresOf = (values: Readonly<Record<string, readonly (number | null)[]>>) =>
    Object.fromEntries(complexityProxies.map((id) => [id, (values[id] ?? [1, 2, 3, 4, 5, 6]).map(line)]));

  it('tells what measures take, how they order topologies, and which published relations hold', () => {
    const [times, mutual] = complexityTables(topologies, scoresOf({ curvature: [6, 5, 4, 3, 2, 1], 'curvature-length': [3, 2, 1, 6, 5, 4] }));
    expect(cellsOf(times, 'length L')).toMatchObject({ 'published tau with accuracy': '0.49', 'published time (s)': '12.8', 'processor time here (s)': '1.5', 'MACs executed (G)': '2' });
    expect(cellsOf(times, 'curvature-aware length Lκ')).toMatchObject({ 'published tau with accuracy': '−0.01', 'processor time here (s)': 'with κ' });
    expect(cellsOf(mutual, 'length L')).toMatchObject({ 'curvature κ': '−1.00' });
    // Nine of fifteen pairs in the same order.
    expect(cellsOf(mutual, 'curvature-aware length Lκ')).toMatchObject({ 'length L': '0.20' });
    expect(mutual.remarks.join(' ')).toMatch(/Agrees: κ and L order topologies almost oppositely.*Agrees: Lκ, published as unrelated/);
  });

  it('says so where published relations do not hold, and leaves out topologies without a value', () => {
    const [times, mutual] = complexityTables(topologies, scoresOf({ ntk: [1, 2, null, 4, 5, 6] }));
    expect(times.title).toContain('5 random topologies');
    expect(times.remarks.join(' ')).toMatch(/1 of 6 topologies have a measure that is not valid/);
    expect(mutual.remarks.join(' ')).toMatch(/Does not agree: published taus.*Does not agree: Lκ/);
  });

  it('is of evenly drawn topologies of the space, of which more begin with the same ones', () => {
    expect(drawTopologies(30).slice(0, 6)).toEqual(topologies);
    for (const arch of topologies) expect(asVit.parse(JSON.parse(JSON.stringify(arch)))).toEqual(arch);
  });
});

describe("As-ViT's Table 3", () => {
  it('is read from the folder of a search, in the order and with the names of the paper', async () => {
    const from = join(folder, 'search');
    const settings = policySearchSettingsSchema.parse({ steps: 60 });
    await searchTopology(from, { format: 'pocketformer-topology-search', version: 1, space: 'asvit', seed: 3, measures: ['params'], repeats: 1, limits: [], settings }, noEngine);
    const [table] = await asVitPolicy.make({ from }, noMeans);
    expect(table.rows.map(([name]) => name)).toEqual(['K1', 'K2', 'K3', 'K4', 'E1', 'E2', 'E3', 'E4', 'S1', 'S2', 'S3', 'H']);
    // asvit.md section 5: what a policy without preferences has.
    expect(cellsOf(table, 'S1')).toMatchObject({ 'published mean': '4', 'even policy: mean': '4.7', 'even policy: deviation / mean': '0.53', 'published seed': '2' });
    expect(cellsOf(table, 'E4')).toMatchObject({ 'published mean': '5.2', 'even policy: mean': '4.0', 'even policy: deviation / mean': '0.35', 'published seed': '6' });
    expect(cellsOf(table, 'H')).toMatchObject({ 'even policy: mean': '37.3', 'even policy: deviation / mean': '0.53' });
    expect(table.remarks.join(' ')).toMatch(/from 15\.3 to .* in 60, by params/);
    expect(table.remarks.join(' ')).not.toContain('not finished');
  });

  it('asks for a folder, and refuses one that holds no search', async () => {
    await expect((async () => asVitPolicy.make({}, noMeans))()).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(/asvit-policy needs --from/) });
    await expect((async () => asVitPolicy.make({ from: join(folder, 'nothing') }, noMeans))()).rejects.toMatchObject({ code: 'no-topology-search' });
  });
});

describe("As-ViT's Figure 3", () => {
  it('is read from the folder of a scaling, beside random scalings and published families', async () => {
    const from = join(folder, 'scaling');
    const settings = autoScalingSettingsSchema.parse({ maxParams: 15e6, dropAboveParams: 30e6 });
    await scaleTopology(from, {
      format: 'pocketformer-auto-scaling', version: 1, space: 'asvit', arch: asVit.networks.seed, seed: 1, measures: ['params'], repeats: 1, widthDivisor: 4, limits: [], settings,
    }, { engine: 'none' });
    const [way, families] = await asVitScaling.make({ from, out: folder }, noMeans);
    expect(readFileSync(join(folder, 'asvit-scaling.svg'), 'utf8')).toContain('auto-scaling');
    // Where parameters are all that counts, the widest is taken at every step (asvit.md section 6).
    expect(way.rows.slice(0, 4).map(([depth, , width]) => [depth, width])).toEqual([['4', '32'], ['5', '40'], ['6', '48'], ['7', '56']]);
    expect(way.remarks.join(' ')).toMatch(/Wider than at random at the same depth: published, and so here.* Shallower than at random at the end: published, and so here/);
    // From 480 channels in 4 blocks to 4,088 and more; As-ViT's own: ln(7,788 / 480) / ln(14 / 4).
    const largest = 5 * 180 + 2 * 360 + 5 * 720 + 2 * 1024;
    expect(cellsOf(families, 'As-ViT, published')).toMatchObject({ exponent: (Math.log(largest / 480) / Math.log(14 / 4)).toFixed(2) });
    await expect((async () => asVitScaling.make({ from: folder }, noMeans))()).rejects.toMatchObject({ code: 'no-auto-scaling' });
  });
});
