import { InputError } from '../base/errors.ts';
import { findArchitecture, getSpace } from '../spaces/index.ts';
import type { SearchSpace } from '../spaces/index.ts';
import { architectureOnFront } from '../study/architectureOnFront.ts';
import type { StudyView } from '../study/folder.ts';
import type { WeightsFacts } from '../study/weightsFile.ts';
import { archKind, spaceKind } from './commandOptions.ts';

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

/**
 * The architecture that a command is given, or that a weights file is of.
 * @throws InputError `usage` where nothing names one, and as `findArchitecture` and `architectureOnFront`
 */
export async function architectureOf(
  command: string, space: SearchSpace, input: string | undefined, { view, facts }: { readonly view?: StudyView; readonly facts?: WeightsFacts },
): Promise<unknown> {
  if (input !== undefined) return (view && await architectureOnFront(view, input)) ?? findArchitecture(space, input);
  if (facts === undefined) throw new InputError('usage', `${command}: --arch is missing; expected ${archKind.expected}.`);
  return space.parse(facts.architecture);
}
