import type { Random } from '../../base/random.ts';
import type { Network } from '../../network/network.ts';
import { architectureReader, objectOf, oneOfNumbers } from '../architectureSchema.ts';
import type { LoweringOptions, MutationRates, SearchSpace, SpaceDimension } from '../space.ts';
import type { StageOption } from '../stageChain.ts';

/** One choice of a family. */
export interface GridChoice extends Pick<SpaceDimension, 'values' | 'kind' | 'title' | 'isTransformer'> {
  /** Begins its value in an architecture's key. */
  readonly letter: string;
  /** Of the published network that a budget scales. */
  readonly reference: number;
  /** Architectures may leave it out, and keys do, where it is the reference's. */
  readonly isOptional?: true;
}

/** A value for each choice. */
export type GridArchitecture<Name extends string> = Readonly<Record<Name, number>>;

export interface GridOptions<Name extends string> {
  readonly id: string;
  readonly title: string;
  readonly defaultClasses: number;
  /** In the order of an architecture's fields; `resolution` among them. */
  readonly choices: Readonly<Record<Name | 'resolution', GridChoice>>;
  /** Published networks: what differs from the reference. */
  readonly published: Readonly<Record<string, Partial<GridArchitecture<Name | 'resolution'>>>>;
  /** Choices that follow a budget, one after the other; one that comes twice follows it again, beside what was chosen meanwhile. */
  readonly fittingOrder: readonly Name[];
  readonly lower: (arch: GridArchitecture<Name | 'resolution'>, options: LoweringOptions) => Network;
}

/**
 * A space of a few numbers that can be combined in any way: a family of hand-designed networks with its multipliers. All its blocks
 * depend on all of them, so that its chain has one stage.
 */
export function gridSpace<Name extends string>(options: GridOptions<Name>): SearchSpace<GridArchitecture<Name | 'resolution'>> {
  type Arch = GridArchitecture<Name | 'resolution'>;
  const { id, title, defaultClasses, choices, published, fittingOrder, lower } = options;
  const names = Object.keys(choices) as (Name | 'resolution')[];
  const compose = (value: (name: Name | 'resolution', index: number) => number): Arch =>
    Object.freeze(Object.fromEntries(names.map((name, i) => [name, value(name, i)]))) as Arch;
  const valuesOf = (name: Name | 'resolution') => choices[name].values;
  const reference = compose((name) => choices[name].reference);
  const [smallest, largest] = [compose((name) => valuesOf(name)[0]), compose((name) => valuesOf(name).at(-1)!)];
  const read = architectureReader<Partial<Record<string, number>>>(id, objectOf(Object.fromEntries(names.map((name) => [name, valueSchema(choices[name])]))) as never, () => []);
  const fromCoordinates = (values: readonly number[]) => compose((_, i) => values[i]);
  return {
    id, title, defaultClasses, smallest, largest, fromCoordinates,
    size: names.reduce((product, name) => product * BigInt(valuesOf(name).length), 1n),
    resolutions: choices.resolution.values,
    networks: Object.freeze({
      ...Object.fromEntries(Object.entries(published).map(([name, part]) => [name, compose((choice) => part[choice] ?? reference[choice])])),
      min: smallest, max: largest,
    }),
    dimensions: names.map((name) => {
      const { values, kind, title: words, isTransformer } = choices[name];
      return { name, title: words, values, kind, isTransformer };
    }),
    parse(json) {
      const written = read(json);
      return compose((name) => written[name] ?? reference[name]);
    },
    key: (arch) => names.filter((name) => !choices[name].isOptional || arch[name] !== reference[name]).map((name) => `${choices[name].letter}${arch[name]}`).join('-'),
    coordinates: (arch) => names.map((name) => arch[name]),
    chain: ({ classes } = {}) => ({
      start: { key: '' },
      stages: [{
        dimensions: names.map((_, i) => i),
        options: () => combinations(names.map((name) => valuesOf(name).length)).map((chosen): StageOption => {
          const { blocks } = lower(compose((name, i) => valuesOf(name)[chosen[i]]), { classes });
          return { choices: chosen, next: { key: 'end' }, blocks };
        }),
      }],
    }),
    sample: (random) => compose((name) => random.choice(valuesOf(name))),
    mutate: (arch, random, rates) => compose((name) => mutated(choices[name], arch[name], random, rates)),
    crossover: (first, second, random) => compose((name) => (random.chance(0.5) ? first : second)[name]),
    lower: (arch, given = {}) => lower(arch, given),
    fitting: { reference, order: fittingOrder },
    publishedCounters: {},
  };
}

const valueSchema = ({ values, isOptional }: GridChoice) => (isOptional ? oneOfNumbers(values).optional() : oneOfNumbers(values));

/** As in ElasticViT's evolution (elasticvit.md 7.1): a redraw is uniform or takes the minimum. */
function mutated({ values, kind }: GridChoice, own: number, random: Random, rates: MutationRates): number {
  if (!random.chance(kind === 'depth' ? rates.depth : rates.choice)) return own;
  return random.chance(rates.uniform) ? random.choice(values) : values[0];
}

/** All ways to take one of each so many. */
function combinations(counts: readonly number[]): number[][] {
  return counts.reduce<number[][]>((all, count) => all.flatMap((taken) => Array.from({ length: count }, (_, i) => [...taken, i])), [[]]);
}
