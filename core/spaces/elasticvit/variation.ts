import type { Random } from '../../base/random.ts';
import type { MutationRates } from '../space.ts';
import { partNames, widthsOf } from './architecture.ts';
import type { ElasticVitArchitecture, PartName } from './architecture.ts';
import type { ElasticVitChoices } from './choices.ts';
import { countWidths, mutateWidths, sampleWidths } from './widths.ts';

type Genes = Readonly<Record<string, number>>;

const widthChoices = (choices: ElasticVitChoices) => partNames.map((name) => choices.parts[name].width);

/** Builds an architecture from its resolution, its widths in the order of `partNames`, and a value for all the rest. */
export function composeArchitecture(
  choices: ElasticVitChoices,
  resolution: number,
  widths: readonly number[],
  gene: (part: PartName, name: string, values: readonly number[]) => number,
): ElasticVitArchitecture {
  const parts = partNames.map((part, i): [PartName, Genes] => {
    const genes = Object.entries(choices.parts[part])
      .map(([name, values]) => [name, name === 'width' ? widths[i] : gene(part, name, values)]);
    return [part, Object.freeze(Object.fromEntries(genes) as Genes)];
  });
  return Object.freeze({ resolution, ...Object.fromEntries(parts) }) as ElasticVitArchitecture;
}

/** Every choice at its least. */
export function smallestArchitecture(choices: ElasticVitChoices): ElasticVitArchitecture {
  const widths = widthChoices(choices).map((values) => values[0]);
  return composeArchitecture(choices, choices.resolutions[0], widths, (_part, _name, values) => values[0]);
}

/** Every choice at its greatest: the supernet. */
export function largestArchitecture(choices: ElasticVitChoices): ElasticVitArchitecture {
  const greatest = (values: readonly number[]) => values[values.length - 1];
  const widths = widthChoices(choices).map(greatest);
  return composeArchitecture(choices, greatest(choices.resolutions), widths, (_part, _name, values) => greatest(values));
}

/** Number of architectures whose widths never decrease. */
export function countArchitectures(choices: ElasticVitChoices): bigint {
  const free = partNames.flatMap((part) => Object.entries(choices.parts[part]))
    .filter(([name]) => name !== 'width')
    .reduce((product, [, values]) => product * BigInt(values.length), BigInt(choices.resolutions.length));
  return free * BigInt(countWidths(widthChoices(choices)));
}

/**
 * Every architecture is equally likely. (The released sampler draws each width uniformly from those at least as large as
 * the previous one, which favours wide late stages; both accept the same architectures.)
 */
export function sampleArchitecture(choices: ElasticVitChoices, random: Random): ElasticVitArchitecture {
  const resolution = random.choice(choices.resolutions);
  const widths = sampleWidths(widthChoices(choices), random);
  return composeArchitecture(choices, resolution, widths, (_part, _name, values) => random.choice(values));
}

/**
 * elasticvit.md 7.1: one coin decides whether all depths are redrawn, one coin each whether any other choice is. A
 * redraw is uniform or, more often, the minimum; resolutions are always redrawn uniformly. Unlike in the released code
 * the resolution really changes, the stem takes part, and every depth can be reached (elasticvit.md 9).
 */
export function mutateArchitecture(
  choices: ElasticVitChoices,
  arch: ElasticVitArchitecture,
  random: Random,
  rates: MutationRates,
): ElasticVitArchitecture {
  const changes = () => random.chance(rates.choice);
  const redraw = (values: readonly number[]) => random.chance(rates.uniform) ? random.choice(values) : values[0];
  const resolution = changes() ? random.choice(choices.resolutions) : arch.resolution;
  const widths = mutateWidths(widthChoices(choices), widthsOf(arch), changes, redraw);
  const depthsChange = random.chance(rates.depth);
  return composeArchitecture(choices, resolution, widths, (part, name, values) => {
    const genes: Genes = arch[part];
    return (name === 'depth' ? depthsChange : changes()) ? redraw(values) : genes[name];
  });
}

/**
 * elasticvit.md 7.1: the resolution, all widths, all depths, all kernels and so on come as a whole from either parent;
 * widths therefore stay non-decreasing.
 */
export function crossArchitectures(
  choices: ElasticVitChoices,
  first: ElasticVitArchitecture,
  second: ElasticVitArchitecture,
  random: Random,
): ElasticVitArchitecture {
  const either = () => random.chance(0.5) ? first : second;
  const resolution = either().resolution;
  const widths = widthsOf(either());
  const parents = new Map<string, ElasticVitArchitecture>();
  return composeArchitecture(choices, resolution, widths, (part, name) => {
    const parent = parents.get(name) ?? either();
    parents.set(name, parent);
    const genes: Genes = parent[part];
    return genes[name];
  });
}
