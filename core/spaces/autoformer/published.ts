import { composeArchitecture } from './architecture.ts';
import type { AutoFormerArchitecture, FreeArchitecture } from './architecture.ts';
import { baseChoices, miniChoices, smallChoices, tinyChoices } from './choices.ts';
import type { AutoFormerChoices } from './choices.ts';
import { largestArchitecture, smallestArchitecture } from './variation.ts';

/** DeiT (Touvron et al. 2021): twelve equal layers whose heads share the width, no relative positions, class token. */
function deit(embedDim: number, numHeads: number): FreeArchitecture {
  return {
    embedDim, mlpRatios: Array<number>(12).fill(4), numHeads: Array<number>(12).fill(numHeads), headDim: 'shared', relativePosition: false,
    pool: 'classToken',
  };
}

/** tftas.md 3.5. AutoFormer-T has ratios of 3, which its own space does not. */
const tiny: Readonly<Record<string, FreeArchitecture>> = {
  'autoformer-t': {
    embedDim: 192, mlpRatios: [3.5, 3.5, 3, 3.5, 3, 3, 4, 4, 3.5, 4, 3.5, 4, 3.5], numHeads: [3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 3, 3],
  },
  'tf-tas-ti': {
    embedDim: 192, mlpRatios: [3.5, 4, 3.5, 3.5, 4, 3.5, 3.5, 3.5, 4, 4, 4, 4, 3.5], numHeads: [4, 3, 3, 3, 3, 4, 4, 3, 3, 3, 4, 3, 3],
  },
  'deit-ti': deit(192, 3),
};

const small: Readonly<Record<string, FreeArchitecture>> = {
  'autoformer-s': {
    embedDim: 384, mlpRatios: [3, 3.5, 3, 3.5, 4, 4, 4, 4, 4, 4, 4, 3.5, 4], numHeads: [6, 6, 5, 7, 5, 5, 5, 6, 6, 7, 7, 6, 7],
  },
  'tf-tas-s': {
    embedDim: 384, mlpRatios: [4, 4, 4, 3, 4, 3, 3, 3.5, 4, 3.5, 3.5, 4, 3, 3.5], numHeads: [6, 6, 6, 6, 7, 6, 5, 7, 5, 5, 5, 7, 6, 7],
  },
  'deit-s': deit(384, 6),
};

const base: Readonly<Record<string, FreeArchitecture>> = {
  'autoformer-b': {
    embedDim: 576, mlpRatios: [3.5, 3.5, 4, 3.5, 4, 3.5, 3.5, 3, 4, 4, 3, 4, 3, 3.5], numHeads: [9, 9, 9, 9, 9, 10, 9, 9, 10, 9, 10, 9, 9, 10],
  },
  'tf-tas-b': {
    embedDim: 576, mlpRatios: [3, 3.5, 4, 4, 3, 4, 3, 3, 3.5, 3, 3, 3.5, 4, 3, 4], numHeads: [9, 10, 10, 10, 10, 10, 10, 9, 9, 10, 9, 9, 9, 9, 9],
  },
  'deit-b': deit(768, 12),
};

function networksOf(choices: AutoFormerChoices, named: Readonly<Record<string, FreeArchitecture>>) {
  const networks = Object.entries(named).map(([name, free]) => [name, composeArchitecture(choices.headDim, free)]);
  return Object.freeze({
    ...Object.fromEntries(networks) as Record<string, AutoFormerArchitecture>,
    min: smallestArchitecture(choices),
    max: largestArchitecture(choices),
  });
}

export const tinyNetworks = networksOf(tinyChoices, tiny);
export const smallNetworks = networksOf(smallChoices, small);
export const baseNetworks = networksOf(baseChoices, base);
export const miniNetworks = networksOf(miniChoices, {});
