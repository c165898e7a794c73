import type { SearchSpace } from './space.ts';

/** The name under which a space publishes an architecture, if it does. */
export function publishedName<A>(space: SearchSpace<A>, arch: A): string | undefined {
  const key = space.key(arch);
  return Object.keys(space.networks).find((name) => space.key(space.networks[name]) === key);
}
