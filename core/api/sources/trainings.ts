import type { TrainingRow } from '../contract/types.ts';
import type { Sources } from '../server.ts';
import { poll } from './polling.ts';
import type { Sequence } from './sequence.ts';

const intervalMs = 400;

/** Tells the library's trainings, and every change of them: also of what a terminal does with their folders. */
export function trainingsSource(list: () => Promise<TrainingRow[]>, sequence: Sequence): Sources['trainings'] {
  return (_, { emit, fail }) => {
    let told: string | undefined;
    return poll(intervalMs, async () => {
      const trainings = await list();
      const text = JSON.stringify(trainings);
      if (text === told) return;
      told = text;
      emit(sequence.next(), { trainings });
    }, fail);
  };
}
