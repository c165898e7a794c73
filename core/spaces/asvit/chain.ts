import { imageShape, type Block, type FeatureShape } from '../../network/blocks.ts';
import type { LoweringOptions } from '../space.ts';
import type { Stage, StageChain, StageContext, StageOption } from '../stageChain.ts';
import { stageCount } from './architecture.ts';
import type { AsVitChoices } from './choices.ts';
import { genesOfStage, head, stageBlocks } from './lowering.ts';
import { genesOf, topologyOf } from './variation.ts';
import type { Gene } from './variation.ts';

interface Context extends StageContext {
  readonly heads: number;
  readonly shape: FeatureShape;
}

const contextOf = (heads: number, shape: FeatureShape): Context => ({ key: `${heads} ${shape.channels}x${shape.height}`, heads, shape });

/** An As-ViT space stage by stage: the heads, which all stages divide among them, then each stage, the last one with the head. */
export function asVitChain(choices: AsVitChoices, { classes = choices.defaultClasses }: Pick<LoweringOptions, 'classes'> = {}): StageChain {
  const genes = genesOf(choices);
  const placesOf = (of: (gene: Gene) => boolean) => genes.flatMap((gene, place) => (of(gene) ? [place] : []));
  const image = imageShape(choices.resolution);
  const headPlaces = placesOf(({ list }) => list === 'heads');
  const heads: Stage = {
    dimensions: headPlaces,
    options: () => choices.heads.map((value, i) => ({ choices: headPlaces.map(() => i), next: contextOf(value, image), blocks: [] })),
  };
  const stages = Array.from({ length: stageCount }, (_, index): Stage => {
    const places = placesOf(({ list, stage }) => list !== 'heads' && stage === index);
    const own = places.map((place) => genes[place]);
    return {
      dimensions: places,
      options(context) {
        const { heads: numHeads, shape } = context as Context;
        return combinations(own.map(({ values }) => values.length)).map((chosen): StageOption => {
          const topology = topologyOf(choices, (gene) =>
            gene.list === 'heads' ? numHeads : gene.values[own.includes(gene) ? chosen[own.indexOf(gene)] : 0]);
          const blocks: Block[] = stageBlocks(choices, index, genesOfStage(choices, topology, index), shape);
          const { output } = blocks[blocks.length - 1];
          if (index === stageCount - 1) blocks.push(head(output, classes));
          return { choices: chosen, next: contextOf(numHeads, output), blocks };
        });
      },
    };
  });
  return { start: { key: '' }, stages: [heads, ...stages] };
}

/** All ways to take one of each so many. */
function combinations(counts: readonly number[]): number[][] {
  return counts.reduce<number[][]>((all, count) => all.flatMap((taken) => Array.from({ length: count }, (_, i) => [...taken, i])), [[]]);
}
