import { composeArchitecture } from './architecture.ts';
import type { AsVitArchitecture } from './architecture.ts';
import { fullChoices, miniChoices } from './choices.ts';
import type { AsVitChoices } from './choices.ts';
import { largestArchitecture, smallestArchitecture } from './variation.ts';

/** The topology that the authors' search found (asvit.md 1, "Seed"). */
const seed = composeArchitecture({
  kernels: [8, 4, 4, 4], splits: [2, 1, 1], mlpRatios: [3, 2, 4, 6], heads: 32, depths: [1, 1, 1, 1], width: 32,
});

/** Sizes of the networks that their auto-scaling made of it (asvit.md 1, "Variants"). */
const scaled: Readonly<Record<string, Pick<AsVitArchitecture, 'depths' | 'width'>>> = {
  small: { depths: [3, 1, 4, 2], width: 88 },
  base: { depths: [3, 1, 5, 2], width: 116 },
  large: { depths: [5, 2, 5, 2], width: 180 },
};

function networksOf(choices: AsVitChoices, named: Readonly<Record<string, AsVitArchitecture>>) {
  return Object.freeze({ ...named, min: smallestArchitecture(choices), max: largestArchitecture(choices) });
}

const released = { seed, ...Object.fromEntries(Object.entries(scaled).map(([name, size]) => [name, composeArchitecture({ ...seed, ...size })])) };
/** The same as the published counts say they were trained. */
const published = Object.fromEntries(Object.entries(released).map(([name, arch]) =>
  [`${name}-published`, composeArchitecture({ ...arch, variant: 'published' })]));

export const fullNetworks = networksOf(fullChoices, { ...released, ...published });

/** One of our own, for examples: the published topology as far as the space goes. */
const miniSeed = composeArchitecture({ ...seed, kernels: [4, 4, 4, 4], mlpRatios: [3, 2, 4, 4], heads: 16, width: miniChoices.width });

export const miniNetworks = networksOf(miniChoices, { seed: miniSeed });
