import { InputError } from '../base/errors.ts';
import { getSpace } from '../spaces/index.ts';
import type { StudyDescription } from './folder.ts';
import { readSummary } from './summary.ts';

/**
 * An architecture of a study by its id, as the report's tables show it.
 * @returns undefined for a text that is no id
 * @throws InputError `unknown-architecture` for an id that is on none of the study's fronts, and those of `readSummary`
 */
export async function architectureOnFront({ settings, paths }: Pick<StudyDescription, 'settings' | 'paths'>, id: string): Promise<unknown> {
  if (!/^[0-9a-f]{8}$/.test(id)) return undefined;
  const { result } = await readSummary(paths.summary);
  const entry = result?.devices.flatMap(({ front }) => front).find((each) => each.id === id);
  if (entry === undefined) throw new InputError('unknown-architecture', `No front of the study ${settings.name} has the id ${id}.`);
  return getSpace(settings.space).parse(entry.arch);
}
