import type { SpaceDimension } from '../space.ts';
import { composeArchitecture, stages } from './architecture.ts';
import type { PitArchitecture } from './architecture.ts';
import type { PitChoices } from './choices.ts';

/** Places of a stage's heads and depth among the dimensions. */
export const stagePlaces = (stage: number): readonly [heads: number, depth: number] => [2 + 2 * stage, 3 + 2 * stage];

/** Head width and MLP ratio, then heads and depth of every stage. */
export function dimensionsOf({ baseDim, mlpRatio, depths, numHeads }: PitChoices): SpaceDimension[] {
  return [
    { name: 'baseDim', title: 'Head width', values: baseDim, kind: 'width', isTransformer: true },
    { name: 'mlpRatio', title: 'MLP ratio', values: mlpRatio, kind: 'ratio', isTransformer: true },
    ...stages.flatMap((stage): SpaceDimension[] => [
      { name: `stage${stage + 1}.numHeads`, title: `Stage ${stage + 1} heads`, values: numHeads, kind: 'width', isTransformer: true },
      { name: `stage${stage + 1}.depth`, title: `Stage ${stage + 1} depth`, values: depths[stage], kind: 'depth', isTransformer: true },
    ]),
  ];
}

/** An architecture's values in the order of `dimensionsOf`. */
export function coordinatesOf({ baseDim, mlpRatio, depths, numHeads }: PitArchitecture): number[] {
  return [baseDim, mlpRatio, ...stages.flatMap((stage) => [numHeads[stage], depths[stage]])];
}

/** The inverse of `coordinatesOf`. */
export function architectureAt(values: readonly number[]): PitArchitecture {
  const each = (which: 0 | 1) => stages.map((stage) => values[stagePlaces(stage)[which]]);
  return composeArchitecture(values[0], values[1], each(1), each(0));
}
