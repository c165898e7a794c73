import { InputError } from '../base/errors.ts';
import { getSpace } from '../spaces/index.ts';
import type { StudyView } from '../study/folder.ts';
import { spaceKind } from './commandOptions.ts';

export async function openView(directory: string): Promise<StudyView> {
  const { readStudy } = await import('../study/folder.ts');
  return readStudy(directory);
}

/**
 * The space of an architecture: the study's, or the given one.
 * @throws InputError `other-space` when they are not the same, `usage` when there is neither
 */
export function spaceOf(command: string, given: string | undefined, view: StudyView | undefined): string {
  const own = view?.settings.space;
  if (given !== undefined && own !== undefined && given !== own) {
    getSpace(given);
    throw new InputError('other-space', `The study ${view!.directory} is of the space ${own}, not of ${given}.`);
  }
  const id = given ?? own;
  if (id === undefined) throw new InputError('usage', `${command}: --space is missing; expected ${spaceKind.expected}.`);
  return id;
}
