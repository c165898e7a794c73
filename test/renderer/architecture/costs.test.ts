import { beforeAll, describe, expect, it } from 'vitest';
import type { ArchitectureDetail } from '../../../core/api/contract/types.ts';
import { costTree } from '../../../renderer/screens/architecture/costTree.ts';
import type { CostMeasure } from '../../../renderer/screens/architecture/costTree.ts';
import { layerOf, stagesOf, stageTitle } from '../../../renderer/screens/architecture/stages.ts';
import type { FlameNode } from '../../../renderer/charts/types.ts';
import { published } from './networks.ts';

let t1: ArchitectureDetail;
let s2: ArchitectureDetail;
beforeAll(async () => {
  [t1, s2] = await Promise.all([published('T1'), published('S2')]);
});

const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);

describe('stages', () => {
  it('together have the parameters, MACs and latency of the network', () => {
    const stages = stagesOf(t1.blocks);
    expect(total(stages.map(({ params }) => params))).toBe(t1.params);
    expect(total(stages.map(({ macs }) => macs))).toBe(t1.macs);
    for (const { device, latencyMs } of t1.latencies) expect(total(stages.map((stage) => stage.latencyMs[device]))).toBeCloseTo(latencyMs, 9);
  });

  it('have the depths, widths and resolutions of the genotype', () => {
    // T1's genotype: c1 and c2 have depths 2 and 3, the transformer stages 1 each, their widths are 64, 96, 176 and 272.
    const stages = stagesOf(t1.blocks);
    expect(stages.map(({ title }) => title)).toEqual(['Stem', 'Stage 1', 'Stage 2', 'Stage 3', 'Stage 4', 'Stage 5', 'Stage 6', 'Head']);
    expect(stages.slice(1, 7).map(({ depth }) => depth)).toEqual([2, 3, 1, 1, 1, 1]);
    expect(stages.slice(1, 7).map(({ output }) => output.channels)).toEqual([24, 32, 64, 96, 176, 272]);
    expect(stages.slice(1, 7).map(({ output }) => output.height)).toEqual([32, 16, 8, 8, 4, 2]);
  });

  it('are called as people count', () => {
    expect([stageTitle('stages.0'), stageTitle('layers.11'), stageTitle('stem'), stageTitle('patchEmbed')]).toEqual(['Stage 1', 'Layer 12', 'Stem', 'Patches']);
  });

  it('consist of layers of blocks that belong together', () => {
    expect(layerOf({ name: 'stages.2.layers.0.attention', stage: 'stages.2' })).toBe('layers.0');
    expect(layerOf({ name: 'stages.2.transition', stage: 'stages.2' })).toBe('transition');
    expect(layerOf({ name: 'head', stage: 'head' })).toBe('head');
  });
});

describe('the cost tree', () => {
  function expectSums(node: FlameNode): void {
    if (!node.children) return;
    expect(total(node.children.map(({ latencyMs }) => latencyMs))).toBeCloseTo(node.latencyMs, 6);
    node.children.forEach(expectSums);
  }

  it.each<CostMeasure>(['latency', 'macs', 'params'])('adds up at every level for %s', (measure) => {
    expectSums(costTree(t1, measure, 'pixel6'));
  });

  it('has the whole network at its root', () => {
    expect(costTree(t1, 'macs', null).latencyMs).toBe(t1.macs);
    expect(costTree(t1, 'params', null).latencyMs).toBe(t1.params);
    expect(costTree(t1, 'latency', 'pixel4').latencyMs).toBeCloseTo(t1.latencies[0].latencyMs, 9);
  });

  it('knows what the same part costs in another architecture, and which parts that one lacks', () => {
    const tree = costTree(s2, 'latency', 'pixel6', t1);
    expect(tree.otherLatencyMs).toBeCloseTo(t1.latencies[1].latencyMs, 9);
    // S2's third stage has two layers, T1's has one.
    const third = tree.children?.find(({ name }) => name === 'Stage 3');
    expect(third?.children?.map(({ otherLatencyMs }) => otherLatencyMs === null)).toEqual([false, false, false, true, true]);
    expect(costTree(s2, 'latency', 'pixel6').otherLatencyMs).toBeUndefined();
  });
});
