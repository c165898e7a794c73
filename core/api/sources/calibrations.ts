import type { CalibrationView } from '../contract/types.ts';
import type { Sources } from '../server.ts';
import { poll } from './polling.ts';
import type { Sequence } from './sequence.ts';

const intervalMs = 400;

/** Tells the library's own devices, and every change of them: also of what a terminal does with their folders. */
export function calibrationsSource(list: () => Promise<CalibrationView[]>, sequence: Sequence): Sources['calibrations'] {
  return (_, { emit, fail }) => {
    let told: string | undefined;
    return poll(intervalMs, async () => {
      const calibrations = await list();
      const text = JSON.stringify(calibrations);
      if (text === told) return;
      told = text;
      emit(sequence.next(), { calibrations });
    }, fail);
  };
}
