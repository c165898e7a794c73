import { imageShape, type Block, type FeatureShape } from '../../network/blocks.ts';
import type { LoweringOptions } from '../space.ts';
import type { Stage, StageChain, StageContext, StageOption } from '../stageChain.ts';
import { partNames } from './architecture.ts';
import type { ElasticVitArchitecture, PartName } from './architecture.ts';
import type { ElasticVitChoices } from './choices.ts';
import { genesOf } from './dimensions.ts';
import { partBlocks, pooledHead } from './lowering.ts';

interface Features extends StageContext {
  readonly shape: FeatureShape;
}

const features = (shape: FeatureShape): Features => ({ key: `${shape.channels}x${shape.height}`, shape });

/**
 * An ElasticViT space stage by stage: the resolution, then each part, the last one with the head. Features of a part's
 * input are all that its blocks depend on; widths never decrease.
 */
export function elasticVitChain(choices: ElasticVitChoices, options: Pick<LoweringOptions, 'classes'> = {}): StageChain {
  const classes = options.classes ?? choices.defaultClasses;
  const genes = genesOf(choices);
  const resolution: Stage = {
    dimensions: [0],
    options: () => choices.resolutions.map((size, i) => ({ choices: [i], next: features(imageShape(size)), blocks: [] })),
  };
  const part = (name: PartName): Stage => {
    const own = genes.flatMap((gene, i) => gene.part === name ? [{ ...gene, dimension: i + 1 }] : []);
    const fixed = Object.fromEntries(Object.entries(choices.parts[name]).map(([gene, [first]]) => [gene, first]));
    return {
      dimensions: own.map(({ dimension }) => dimension),
      options(context) {
        const { shape } = context as Features;
        return combinations(own.map(({ values }) => values.length)).flatMap((chosen): StageOption[] => {
          const values = { ...fixed, ...Object.fromEntries(own.map((gene, i) => [gene.name, gene.values[chosen[i]]])) };
          // Images have three channels, which bounds nothing.
          if (name !== 'stem' && values.width < shape.channels) return [];
          const blocks: Block[] = partBlocks(choices, name, values as ElasticVitArchitecture[PartName], shape);
          const { output } = blocks[blocks.length - 1];
          if (name === partNames[partNames.length - 1]) blocks.push(pooledHead(output, choices.headFeatures, classes));
          return [{ choices: chosen, next: features(output), blocks }];
        });
      },
    };
  };
  return { start: { key: '' }, stages: [resolution, ...partNames.map(part)] };
}

/** All ways to take one of each so many. */
function combinations(counts: readonly number[]): number[][] {
  return counts.reduce<number[][]>((all, count) => all.flatMap((taken) =>
    Array.from({ length: count }, (_, i) => [...taken, i])), [[]]);
}
