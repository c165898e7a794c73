import type { ArchitectureBlock, ArchitectureDetail } from '../../../core/api/contract/types.ts';
import type { FlameNode } from '../../charts/types.ts';
import { blockSentence, blockTitle, shapeText } from './blockText.ts';
import { stagesOf } from './stages.ts';

/** What a bar measures. */
export type CostMeasure = 'latency' | 'macs' | 'params';

/** The cost of a block by a measure; latency is that of `device`. */
export function costOf(block: ArchitectureBlock, measure: CostMeasure, device: string | null): number {
  if (measure === 'macs') return block.macs;
  if (measure === 'params') return block.params;
  return device === null ? 0 : (block.latencyMs[device] ?? 0);
}

export const wholeNetwork = 'network';
export const stageNode = (stage: string) => `stage:${stage}`;

/**
 * A network's cost as a tree: network, stages, blocks. `latencyMs` of the nodes holds whatever is measured. With `other`,
 * each part also has the cost of the part of the same name there.
 */
export function costTree(
  detail: ArchitectureDetail, measure: CostMeasure, device: string | null, other: ArchitectureDetail | null = null,
): FlameNode {
  const cost = (blocks: readonly ArchitectureBlock[]) => blocks.reduce((sum, block) => sum + costOf(block, measure, device), 0);
  const otherBlocks = new Map(other?.blocks.map((block) => [block.name, block]));
  const otherStages = new Map(other ? stagesOf(other.blocks).map((stage) => [stage.id, stage]) : []);
  const compared = (blocks: readonly ArchitectureBlock[] | undefined) =>
    (other === null ? {} : { otherLatencyMs: blocks === undefined ? null : cost(blocks) });
  return {
    id: wholeNetwork, name: 'Network', latencyMs: cost(detail.blocks), ...compared(other?.blocks),
    children: stagesOf(detail.blocks).map((stage) => ({
      id: stageNode(stage.id), name: stage.title, latencyMs: cost(stage.blocks), ...compared(otherStages.get(stage.id)?.blocks),
      detail: shapeText(stage.output),
      children: stage.blocks.map((block) => {
        const match = otherBlocks.get(block.name);
        return {
          id: block.name, name: blockTitle(block), latencyMs: cost([block]),
          ...compared(match && [match]),
          detail: `${blockSentence(block)}; ${shapeText(block.output)}${measure === 'latency' && device !== null && block.outsideOf.includes(device) ? '; extrapolated, nothing like it was measured' : ''}`,
        };
      }),
    })),
  };
}
