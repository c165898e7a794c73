import type { FeatureShape } from '../../network/blocks.ts';
import type { LoweringOptions } from '../space.ts';
import type { Stage, StageChain, StageContext, StageOption } from '../stageChain.ts';
import type { AutoFormerChoices } from './choices.ts';
import { layerPlace } from './dimensions.ts';
import { layerBlocks, patchEmbed, tokenHead } from './lowering.ts';

interface Body extends StageContext {
  readonly tokens: FeatureShape;
  readonly depth: number;
}

/** An AutoFormer space layer by layer: width and depth first, with the embedding, then each layer, the last one with the head. */
export function autoFormerChain(choices: AutoFormerChoices, options: Pick<LoweringOptions, 'classes'> = {}): StageChain {
  const classes = options.classes ?? choices.defaultClasses;
  const body: Stage = {
    dimensions: [0, 1],
    options: () => choices.embedDim.flatMap((embedDim, i) => {
      const embed = patchEmbed(choices, embedDim, choices.resolutions[0]);
      return choices.depth.map((depth, j): StageOption => {
        const next: Body = { key: `${embedDim}x${depth}`, tokens: embed.output, depth };
        return { choices: [i, j], next, blocks: [embed] };
      });
    }),
  };
  const layers = choices.depth[choices.depth.length - 1];
  const layer = (index: number): Stage => {
    // Values of layers that may be missing begin with their absence.
    const first = index < choices.depth[0] ? 0 : 1;
    return {
      dimensions: [layerPlace(index), layerPlace(index) + 1],
      options(context) {
        const { tokens, depth } = context as Body;
        const head = index === layers - 1 ? [tokenHead(tokens, classes)] : [];
        if (index >= depth) return [{ choices: [0, 0], next: context, blocks: head }];
        return choices.numHeads.flatMap((numHeads, i) => choices.mlpRatio.map((mlpRatio, j): StageOption =>
          ({ choices: [first + i, first + j], next: context, blocks: [...layerBlocks(choices, index, { numHeads, mlpRatio }, tokens), ...head] })));
      },
    };
  };
  return { start: { key: '' }, stages: [body, ...Array.from({ length: layers }, (_, index) => layer(index))] };
}
