import { designNamed, familyTitle } from './handDesigned.ts';
import { inheritedNetwork, retrainedNames } from './pieces.ts';

const searchedTitles: Readonly<Record<string, string>> = {
  [inheritedNetwork]: 'searched, inherited weights',
  [retrainedNames.inherited]: 'searched, retrained',
  [retrainedNames.fresh]: 'searched, from scratch',
};

/** What people call a network of a story. */
export function networkTitle(network: string): string {
  const design = designNamed(network);
  if (design === undefined) return searchedTitles[network] ?? network;
  return design.budget === 'recipe' ? `${familyTitle(design.family)}, same epochs` : familyTitle(design.family);
}
