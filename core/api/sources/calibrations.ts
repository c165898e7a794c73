import type { CalibrationView } from '../contract/types.ts';
import type { Sources } from '../server.ts';
import { tellChanges } from './listing.ts';
import type { Sequence } from './sequence.ts';

/** The library's own devices, as they change. */
export function calibrationsSource(list: () => Promise<CalibrationView[]>, sequence: Sequence): Sources['calibrations'] {
  return (_, { emit, fail }) => tellChanges(list, (calibrations) => emit(sequence.next(), { calibrations }), fail);
}
