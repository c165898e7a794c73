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

export interface BoxTexts {
  /** Upper line and choices of lower lines, the most informative first; the shorter form names the size below. */
  readonly full: { readonly title: string; readonly details: readonly string[] };
  readonly short: { readonly title: string; readonly details: readonly string[] };
  /** Where there is room for one line only, the most informative first. */
  readonly single: readonly string[];
}

/** The texts of a block's box: what it is, and what was chosen or, in a comparison, changed. */
export function boxTexts({ block, kind, changes }: DrawnBlock): BoxTexts {
  if (kind === 'changed') {
    const { short } = blockLook(block.type);
    const texts = changes.map(({ name, here, there }) => `${there ?? 'no'}→${here ?? 'no'}${name === 'width' ? ' ch' : ''}`);
    const lines = { title: short, details: [texts.join(', '), ...(texts.length > 1 ? [`${texts[0]}, …`] : []), texts[0], texts[0].replace(' ch', '')] };
    return { full: lines, short: lines, single: [`${short} ${texts[0]}`, texts[0], short] };
  }
  const title = blockTitle(block);
  const chosen = shortChoices(block);
  const rest = chosen.length > 0 && isSize(chosen[0]) ? chosen.slice(1) : chosen;
  const shorter = rest.map((text) => text.replace(/^(\d+) heads?$/, '$1 h'));
  return {
    full: { title, details: [rest.join(' · '), rest.join(' '), shorter.join(' · '), rest.slice(0, 2).join(' '), rest[0] ?? ''] },
    short: { title: blockLook(block.type).short, details: [chosen.join(' '), chosen.slice(0, 2).join(' ')] },
    single: [[title, ...rest].join(' '), `${title} ${rest[0] ?? ''}`.trim(), `${title} ${shorter[0] ?? ''}`.trim(), title],
  };
}
