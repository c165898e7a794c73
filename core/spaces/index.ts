import { InputError } from '../base/errors.ts';
import { asVit, asVitMini } from './asvit/space.ts';
import { autoFormerBase, autoFormerMini, autoFormerSmall, autoFormerTiny } from './autoformer/space.ts';
import { deit, deitMini } from './deit/space.ts';
import { elasticVit, elasticVitMini } from './elasticvit/space.ts';
import { mobileNetV2, mobileNetV2Mini } from './mobilenetv2/space.ts';
import { pitExtraSmall, pitMini, pitSmall, pitTiny } from './pit/space.ts';
import type { SearchSpace } from './space.ts';

const spaces: readonly SearchSpace[] = [
  elasticVit, elasticVitMini,
  autoFormerTiny, autoFormerSmall, autoFormerBase, autoFormerMini,
  pitTiny, pitExtraSmall, pitSmall, pitMini,
  asVit, asVitMini,
  deit, deitMini, mobileNetV2, mobileNetV2Mini,
];

export const spaceIds: readonly string[] = spaces.map((space) => space.id);

/** @throws InputError `unknown-space`, listing the spaces there are */
export function getSpace(id: string): SearchSpace {
  const space = spaces.find((candidate) => candidate.id === id);
  if (space === undefined) {
    throw new InputError('unknown-space', `No search space is called "${id}"; known are ${spaceIds.join(', ')}.`);
  }
  return space;
}

export { findArchitecture, readArchitecture } from './architectureInput.ts';
export { publishedName } from './publishedName.ts';
export type { MutationRates, SearchSpace, SpaceDimension } from './space.ts';
