import { imageShape, type FeatureShape } from '../../network/blocks.ts';
import type { LoweringOptions } from '../space.ts';
import type { Stage, StageChain, StageContext, StageOption } from '../stageChain.ts';
import { stages } from './architecture.ts';
import type { PitChoices } from './choices.ts';
import { stagePlaces } from './dimensions.ts';
import { divides } from './heads.ts';
import { classTokenHead, defaultResolution, stageBlocks } from './lowering.ts';

/** What a stage's blocks depend on: what holds for the whole network, and what the stage before made. */
interface Features extends StageContext {
  readonly baseDim: number;
  readonly mlpRatio: number;
  /** Of the stage before; 1 before the first, which any number follows. */
  readonly numHeads: number;
  readonly shape: FeatureShape;
}

function features(values: Omit<Features, 'key'>): Features {
  const { baseDim, mlpRatio, numHeads, shape } = values;
  return { ...values, key: `${baseDim},${mlpRatio},${numHeads},${shape.height}` };
}

/** A PiT space stage by stage: head width and MLP ratio, then heads and depth of each stage, the last one with the head. */
export function pitChain(choices: PitChoices, options: Pick<LoweringOptions, 'classes'> = {}): StageChain {
  const classes = options.classes ?? choices.defaultClasses;
  const shared: Stage = {
    dimensions: [0, 1],
    options: () => choices.baseDim.flatMap((baseDim, i) => choices.mlpRatio.map((mlpRatio, j): StageOption => ({
      choices: [i, j], blocks: [], next: features({ baseDim, mlpRatio, numHeads: 1, shape: imageShape(defaultResolution(choices)) }),
    }))),
  };
  const ofStage = (stage: number): Stage => ({
    dimensions: stagePlaces(stage),
    options(context) {
      const { baseDim, mlpRatio, numHeads: before, shape } = context as Features;
      return choices.numHeads.flatMap((numHeads, i) => !divides(before, numHeads) ? []
        : choices.depths[stage].map((depth, j): StageOption => {
          const blocks = stageBlocks(choices, stage, { baseDim, mlpRatio, numHeads, depth }, shape);
          const { output } = blocks[blocks.length - 1];
          if (stage === stages.length - 1) blocks.push(classTokenHead(output, classes));
          return { choices: [i, j], blocks, next: features({ baseDim, mlpRatio, numHeads, shape: output }) };
        }));
    },
  });
  return { start: { key: '' }, stages: [shared, ...stages.map(ofStage)] };
}
