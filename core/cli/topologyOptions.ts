import { InputError } from '../base/errors.ts';
import type { DeviceLimit } from '../study/topology/limits.ts';
import { optional, text, wholeNumber, withDefault } from './options.ts';

/** Options that the search for topologies and their scaling share. */
export const measuresOption = withDefault(text('P,P', 'names of scores, separated by commas'), 'length,ntk',
  'Scores that decide, each weighing the same; "pocketformer score --help" lists them');
export const repeatsOption = withDefault(wholeNumber('N', 1, 1000), 1,
  'How often each measure is taken; one of length or ntk is the mean over five untrained networks');
export const budgetsOption = optional(text('DEVICE:MS,...', 'devices with the longest latency allowed, such as pixel6:20,pixel4:30'),
  'Only networks that are predicted to take at most so many ms on these devices');

export function namesOf(list: string): string[] {
  return list.split(',').map((name) => name.trim()).filter((name) => name !== '');
}

/** @throws InputError `usage` */
export function limitsOf(command: string, budgets: string | undefined): DeviceLimit[] {
  return namesOf(budgets ?? '').map((entry) => {
    // A device may be the path of a file, and paths may hold colons.
    const at = entry.lastIndexOf(':');
    const maxMs = Number(entry.slice(at + 1));
    if (at < 1 || !(maxMs > 0 && Number.isFinite(maxMs))) {
      throw new InputError('usage', `${command}: --budgets: "${entry}" is not a device with a latency above 0 ms, such as pixel6:20.`);
    }
    return { device: entry.slice(0, at), maxMs };
  });
}
