import { InputError } from '../../base/errors.ts';
import type { FrontEntry } from '../../search/result.ts';
import type { StudySummary } from '../summary.ts';
import type { StoryPhone } from './pieceFiles.ts';

/**
 * The most accurate architecture that a study has found for a phone within its budget.
 * @throws InputError `no-winner` when nothing is fast enough, or the search is not over
 */
export function winnerOf({ name, result }: Pick<StudySummary, 'name' | 'result'>, { name: device, budgetMs }: StoryPhone): FrontEntry {
  const front = result?.devices.find((each) => each.device === device)?.front ?? [];
  const winner = front.filter(({ latencyMs }) => latencyMs <= budgetMs).at(-1);
  if (winner !== undefined) return winner;
  throw new InputError('no-winner', `The search of ${name} has found nothing for ${device} within ${budgetMs} ms; choose a higher budgetMs or a space with faster networks.`);
}
