import type { ArchitectureBlock, ArchitectureDetail } from '../../../../core/api/contract/types.ts';
import { blockLook, blockTitle, isSize, shortChoices } from '../blockText.ts';
import type { ChoiceChange, DifferenceKind, StageDifference } from '../compare/difference.ts';
import { layerOf, stagesOf } from '../stages.ts';
import type { Stage } from '../stages.ts';

/** A block as the drawing needs it, from one architecture or from two laid over each other. */
export interface DrawnBlock {
  readonly id: string;
  readonly layer: string;
  readonly block: ArchitectureBlock;
  readonly kind: DifferenceKind;
  readonly changes: readonly ChoiceChange[];
}

export interface DrawnNetworkStage {
  readonly id: string;
  readonly title: string;
  readonly stage: Stage;
  /** Its namesake in the other architecture, where the two differ in size. */
  readonly other: Stage | null;
  readonly kind: DifferenceKind;
  readonly blocks: readonly DrawnBlock[];
}

export function drawnStages(detail: ArchitectureDetail): DrawnNetworkStage[] {
  return stagesOf(detail.blocks).map((stage) => ({
    id: stage.id, title: stage.title, stage, other: null, kind: 'same',
    blocks: stage.blocks.map((block) => ({ id: block.name, layer: layerOf(block), block, kind: 'same', changes: [] })),
  }));
}

/** Two architectures in one drawing: what only the other one has is there too, marked so. */
export function drawnDifference(stages: readonly StageDifference[]): DrawnNetworkStage[] {
  return stages.flatMap(({ id, title, here, there, kind, blocks }) => {
    const stage = here ?? there;
    if (stage === null) return [];
    return [{
      id, title, stage, other: here === null ? null : there, kind,
      blocks: blocks.flatMap((difference): DrawnBlock[] => {
        const block = difference.here ?? difference.there;
        return block === null ? [] : [{ id: difference.id, layer: layerOf(block), block, kind: difference.kind, changes: difference.changes }];
      }),
    }];
  });
}

/** The texts of a block's box: what it is, and what was chosen. In one line where there is room for one only. */
export function boxLines({ block, kind, changes }: DrawnBlock, lines: 1 | 2): { title: string; detail: string } {
  const { short } = blockLook(block.type);
  const chosen = shortChoices(block);
  if (kind === 'changed') {
    const texts = changes.map(({ name, here, there }) => (name === 'width' ? `${there}→${here} ch` : `${there ?? 'no'}→${here ?? 'no'}`));
    return lines === 2 ? { title: short, detail: texts.join(', ') } : { title: short, detail: texts[0] };
  }
  const details = chosen.length > 0 && isSize(chosen[0]) ? chosen.slice(1) : chosen;
  return { title: blockTitle(block), detail: lines === 2 ? details.join(' · ') : (details[0] ?? '') };
}

/** Cuts a text that would be wider than `room` drawing units at `size` units font size. */
export function fitted(text: string, room: number, size: number): string {
  const characters = Math.floor(room / (size * 0.54));
  if (text.length <= characters) return text;
  return characters < 3 ? '' : `${text.slice(0, characters - 1).trimEnd()}…`;
}
