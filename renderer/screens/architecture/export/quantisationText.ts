import type { InputOf } from '../../../../core/api/contract/contract.ts';
import type { Precision } from './exportText.ts';

export type Quantisation = NonNullable<InputOf<'architectures.export'>['quantisation']>;
export type RangeMethod = NonNullable<Quantisation['ranges']>;

/** What a person chooses where nothing is chosen, as the command line has it. */
export const usual = { images: 128, ranges: 'mse' } as const satisfies Quantisation;

export const rangeOptions: readonly { readonly value: RangeMethod; readonly label: string; readonly hint: string }[] = [
  { value: 'mse', label: 'Smallest squared error', hint: 'Cuts off where rounding and clipping together cost least.' },
  { value: 'percentile', label: 'Without the outermost 0.01 %', hint: 'Rare values do not make the steps coarse.' },
  { value: 'min-max', label: 'Every value', hint: 'Nothing is clipped; rare values make the steps coarse.' },
];

/** What an export is asked for beside its precision. @param chosen images: null where the usual number is taken */
export function quantisationAsked(
  { precision, hasImages, images, ranges }: { precision: Precision; hasImages: boolean; images: number | null; ranges: RangeMethod },
): { readonly quantisation?: Quantisation } {
  // Random numbers, which stand in for images, are always taken whole.
  if (precision !== 'int8' || !hasImages) return {};
  return { quantisation: { ranges, ...(images !== null && { images }) } };
}
