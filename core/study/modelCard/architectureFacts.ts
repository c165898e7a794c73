import { architectureId } from '../../search/result.ts';
import { getSpace, publishedName } from '../../spaces/index.ts';

/** An architecture in its space's JSON form, with what it is called. @throws InputError as `getSpace` and the space's `parse` */
export function architectureFacts(id: string, architecture: unknown) {
  const space = getSpace(id);
  const arch = space.parse(architecture);
  const key = space.key(arch);
  const published = publishedName(space, arch) ?? null;
  return { space, arch, title: published ?? architectureId(key), facts: { space: id, architecture, key, id: architectureId(key), published } };
}
