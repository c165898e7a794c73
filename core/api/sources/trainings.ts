import type { TrainingRow, TransferRow } from '../contract/types.ts';
import type { Sources } from '../server.ts';
import { tellChanges } from './listing.ts';
import type { Sequence } from './sequence.ts';

/** The library's trainings, as they change. */
export function trainingsSource(list: () => Promise<TrainingRow[]>, sequence: Sequence): Sources['trainings'] {
  return (_, { emit, fail }) => tellChanges(list, (trainings) => emit(sequence.next(), { trainings }), fail);
}

/** The library's transfers, as they change. */
export function transfersSource(list: () => Promise<TransferRow[]>, sequence: Sequence): Sources['transfers'] {
  return (_, { emit, fail }) => tellChanges(list, (transfers) => emit(sequence.next(), { transfers }), fail);
}
