import { InputError } from '../base/errors.ts';

/** @throws InputError `invalid-classes` */
export function checkedClasses(classes: number): number {
  if (!Number.isInteger(classes) || classes < 1) {
    throw new InputError('invalid-classes', `The number of classes is ${classes}; it must be a whole number from 1.`);
  }
  return classes;
}

/** @throws InputError `invalid-resolution` */
export function checkedResolution(space: string, resolution: number, { step, most }: { readonly step: number; readonly most: number }): number {
  if (!Number.isInteger(resolution / step) || resolution < step || resolution > most) {
    throw new InputError('invalid-resolution', `The resolution is ${resolution}; ${space} accepts multiples of ${step} pixels from ${step} to ${most}.`);
  }
  return resolution;
}
