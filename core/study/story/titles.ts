import { handDesignedNames, handDesignTitle } from './handDesigned.ts';
import { inheritedNetwork, retrainedNames } from './pieces.ts';

const searchedTitles: Readonly<Record<string, string>> = {
  [inheritedNetwork]: 'searched, inherited weights',
  [retrainedNames.inherited]: 'searched, retrained',
  [retrainedNames.fresh]: 'searched, from scratch',
};

/** What people call a network of a story. */
export const networkTitle = (network: string) => (handDesignedNames.includes(network) ? handDesignTitle(network) : searchedTitles[network] ?? network);
