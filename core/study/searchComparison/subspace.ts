import type { Random } from '../../base/random.ts';
import type { MutationRates, SearchSpace } from '../../spaces/space.ts';

/**
 * The part of a space in which all dimensions but some are fixed, small enough to look at all of it. Every combination
 * of the free dimensions must be an architecture of the space.
 * @param free names of dimensions
 * @param fixed values of other dimensions by name; those not named take their least
 */
export function subspace<A>(
  space: SearchSpace<A>, free: readonly string[], fixed: Readonly<Record<string, number>>,
): SearchSpace<A> & { readonly all: () => A[] } {
  const kept = free.map((name) => space.dimensions.findIndex((dimension) => dimension.name === name));
  const base = space.dimensions.map(({ name, values }) => fixed[name] ?? values[0]);
  const dimensions = kept.map((index) => space.dimensions[index]);
  const make = (values: readonly number[]) => {
    const full = [...base];
    for (const [i, index] of kept.entries()) full[index] = values[i];
    return space.fromCoordinates(full);
  };
  const coordinates = (arch: A) => {
    const full = space.coordinates(arch);
    return kept.map((index) => full[index]);
  };
  const size = dimensions.reduce((product, { values }) => product * values.length, 1);
  const smallest = make(dimensions.map(({ values }) => values[0]));
  const largest = make(dimensions.map(({ values }) => values[values.length - 1]));
  return {
    ...space, dimensions, coordinates, smallest, largest,
    id: `${space.id}-part`, size: BigInt(size), networks: { min: smallest, max: largest },
    fromCoordinates: make,
    chain() {
      throw new RangeError('A part of a space has no chain of its own; use the whole space\'s.');
    },
    sample: (random) => make(dimensions.map(({ values }) => random.choice(values))),
    mutate: (arch, random, rates) => make(coordinates(arch).map((value, i) => {
      const { kind, values } = dimensions[i];
      return mutated(value, values, random, kind === 'depth' ? rates.depth : rates.choice, rates);
    })),
    crossover(first, second, random) {
      const other = coordinates(second);
      return make(coordinates(first).map((value, i) => (random.chance(0.5) ? value : other[i])));
    },
    all: () => Array.from({ length: size }, (_, number) => {
      let rest = number;
      return make(dimensions.map(({ values }) => {
        const value = values[rest % values.length];
        rest = Math.floor(rest / values.length);
        return value;
      }));
    }),
  };
}

function mutated(value: number, values: readonly number[], random: Random, rate: number, { uniform }: MutationRates): number {
  if (!random.chance(rate)) return value;
  return random.chance(uniform) ? random.choice(values) : values[0];
}
