import { gridSpace, type GridChoice } from '../grid/gridSpace.ts';
import { lowerMobileNetV2, type MobileNetV2Choices } from './lowering.ts';

/** 0.1 to 1.4, every 0.05; widths are multiples of 8, so that closer ones are often the same network. */
const multipliers = Array.from({ length: 27 }, (_, i) => (10 + 5 * i) / 100);

const width: GridChoice = { letter: 'w', title: 'Width multiplier', values: multipliers, kind: 'width', isTransformer: false, reference: 1 };
const resolutionOf = (values: readonly number[], reference: number): GridChoice =>
  ({ letter: 'r', title: 'Resolution', values, kind: 'resolution', isTransformer: false, reference });

/** Networks for small images usually leave out the stem's halving; those that must be quicker than that allows keep it. */
const stemScale: GridChoice = { letter: 's', title: 'First map, of the image', values: [0.5, 1], kind: 'resolution', isTransformer: false, reference: 1, isOptional: true };

const fullChoices: MobileNetV2Choices = { id: 'mobilenetv2', defaultClasses: 1000, strides: [2, 1, 2, 2, 2, 1, 2, 1] };
/** For images of 32 pixels the first two halvings are left out, which leaves a last map of 4x4, or the second alone. */
const miniChoices: MobileNetV2Choices = { id: 'mobilenetv2-mini', defaultClasses: 10, strides: [1, 1, 1, 2, 2, 1, 2, 1] };

/** Sandler et al. 2018; multipliers and resolutions are those of the released networks. */
export const mobileNetV2 = gridSpace({
  ...fullChoices, title: 'MobileNetV2: inverted residuals with ReLU6, hand-designed, scaled by a width multiplier; 4 M to 0.6 G MACs.',
  choices: { widthMultiplier: width, resolution: resolutionOf([96, 128, 160, 192, 224], 224) }, fittingOrder: ['widthMultiplier'],
  published: Object.fromEntries([0.35, 0.5, 0.75, 1, 1.3, 1.4].map((widthMultiplier) =>
    [`mobilenetv2-${Number.isInteger(widthMultiplier) ? widthMultiplier.toFixed(1) : widthMultiplier}`, { widthMultiplier }])),
  lower: (arch, options) => lowerMobileNetV2(fullChoices, arch, options),
});

export const mobileNetV2Mini = gridSpace({
  ...miniChoices, title: 'MobileNetV2 for small images: the same blocks with the first two halvings left out, or the second alone.',
  choices: { widthMultiplier: width, stemScale, resolution: resolutionOf([32, 40, 48], 32) }, fittingOrder: ['widthMultiplier', 'stemScale', 'widthMultiplier'],
  published: { small: { widthMultiplier: 0.25 } },
  lower: (arch, options) => lowerMobileNetV2(miniChoices, arch, options),
});
