import { gridSpace, type GridArchitecture, type GridChoice } from '../grid/gridSpace.ts';
import { checkedClasses, checkedResolution } from '../checkedOptions.ts';
import type { LoweringOptions } from '../space.ts';
import { vitNetwork } from '../vit/network.ts';

interface DeitChoices {
  readonly id: string;
  readonly defaultClasses: number;
  readonly patchSize: number;
  /** Heads are this wide; the embedding is heads x this. */
  readonly headDim: number;
}

type DeitArchitecture = GridArchitecture<'numHeads' | 'depth' | 'resolution'>;

/** Beyond this a single attention map would need gigabytes. */
const maxResolution = 1024;

/** A plain vision transformer without distillation token. @throws InputError `invalid-resolution` or `invalid-classes` */
function lowerDeit({ id, defaultClasses, patchSize, headDim }: DeitChoices, { numHeads, depth, resolution }: DeitArchitecture, options: LoweringOptions) {
  const network = vitNetwork({
    resolution: checkedResolution(id, options.resolution ?? resolution, { step: patchSize, most: maxResolution }),
    patchSize, width: numHeads * headDim, depth, numHeads, classes: checkedClasses(options.classes ?? defaultClasses),
  });
  return { ...network, space: id };
}

const upTo = (most: number) => Array.from({ length: most }, (_, i) => i + 1);
const heads = (most: number, reference: number): GridChoice =>
  ({ letter: 'h', title: 'Heads', values: upTo(most), kind: 'width', isTransformer: true, reference });
const depth = (most: number, reference: number): GridChoice =>
  ({ letter: 'd', title: 'Depth', values: upTo(most), kind: 'depth', isTransformer: true, reference });
const resolution = (pixels: number): GridChoice =>
  ({ letter: 'r', title: 'Resolution', values: [pixels], kind: 'resolution', isTransformer: false, reference: pixels });

const fullChoices: DeitChoices = { id: 'deit', defaultClasses: 1000, patchSize: 16, headDim: 64 };
const miniChoices: DeitChoices = { id: 'deit-mini', defaultClasses: 10, patchSize: 4, headDim: 16 };

/** Touvron et al. 2021, table 1: twelve layers, heads of 64, MLP ratio 4; the sizes differ in heads alone. */
export const deit = gridSpace({
  ...fullChoices, title: 'DeiT: plain vision transformers, hand-designed, 64 channels for each head; scaled by heads, then by layers.',
  choices: { numHeads: heads(12, 3), depth: depth(24, 12), resolution: resolution(224) }, fittingOrder: ['numHeads', 'depth'],
  published: { 'deit-ti': { numHeads: 3 }, 'deit-s': { numHeads: 6 }, 'deit-b': { numHeads: 12 } },
  lower: (arch, options) => lowerDeit(fullChoices, arch, options),
});

export const deitMini = gridSpace({
  ...miniChoices, title: 'DeiT for small images: the same layers with patches of 4 pixels and 16 channels for each head.',
  choices: { numHeads: heads(12, 3), depth: depth(12, 6), resolution: resolution(32) }, fittingOrder: ['numHeads', 'depth'],
  published: { small: {} },
  lower: (arch, options) => lowerDeit(miniChoices, arch, options),
});
