import type { Random } from '../../base/random.ts';
import { checkCandidates } from './candidate.ts';
import type { Candidate, Survival } from './candidate.ts';

/** How solutions come about. Each function makes a new genome and leaves those given as they are. */
export interface Variation<G> {
  sample(random: Random): G;
  mutate(genome: G, random: Random): G;
  crossover(a: G, b: G, random: Random): G;
}

export type Individual<G> = Candidate & { readonly genome: G };

export interface EvolveOptions<G> {
  readonly variation: Variation<G>;
  /** The objectives and violations of genomes, in their order. Must be a pure function of the genome. */
  readonly evaluate: (genomes: readonly G[]) => readonly Candidate[];
  readonly survival: Survival;
  readonly populationSize: number;
  /** Generations after the initial population; each evaluates at most `populationSize` genomes. */
  readonly generations: number;
  readonly random: Random;
  /** Take part in the initial population, which is filled up by sampling. */
  readonly initial?: readonly G[];
  /**
   * When given, genomes of equal keys count as one: a population has each once and none is evaluated twice. A
   * generation is smaller when variation finds no more new ones, as happens in small discrete spaces.
   */
  readonly keyOf?: (genome: G) => string;
  readonly onGeneration?: (progress: GenerationProgress<G>) => void;
}

export interface GenerationProgress<G> {
  /** 0 for the initial population. */
  readonly generation: number;
  /** Genomes evaluated so far. */
  readonly evaluations: number;
  /** Best first. */
  readonly population: readonly Individual<G>[];
}

/** Draws per missing genome before a generation gives up on finding new ones. */
const DRAWS_PER_GENOME = 20;

/**
 * A generational evolution with elitism, as in NSGA-II (Deb et al., 2002, section III-C): parents by binary tournament
 * on the survival's order, one child of each crossover, mutated; parents and children together go through survival.
 * @returns the last population, best first; `nonDominated` (nonDominated.ts) picks its front.
 * @throws RangeError for sizes below 1 or malformed candidates.
 */
export function evolve<G>(options: EvolveOptions<G>): Individual<G>[] {
  const { variation, survival, populationSize, generations, random, initial = [], onGeneration } = options;
  for (const [name, value, least] of [['populationSize', populationSize, 1], ['generations', generations, 0]] as const) {
    if (!Number.isInteger(value) || value < least) {
      throw new RangeError(`${name} is ${value}; it must be an integer of at least ${least}.`);
    }
  }
  const evaluator = new Evaluator(options);
  const given = distinct([], initial.length, options.keyOf, (i) => (i < initial.length ? initial[i] : undefined));
  const sampled = distinct(given, populationSize - given.length, options.keyOf, () => variation.sample(random));
  let population = survival.select(evaluator.evaluate([...given, ...sampled]), populationSize, random);
  onGeneration?.({ generation: 0, evaluations: evaluator.evaluations, population });

  for (let generation = 1; generation <= generations; generation++) {
    const parents = population;
    const parent = () => parents[Math.min(random.integer(parents.length), random.integer(parents.length))].genome;
    const children = distinct(parents.map(({ genome }) => genome), populationSize, options.keyOf, () =>
      variation.mutate(variation.crossover(parent(), parent(), random), random));
    population = survival.select([...parents, ...evaluator.evaluate(children)], populationSize, random);
    onGeneration?.({ generation, evaluations: evaluator.evaluations, population });
  }
  return population;
}

/** Up to `count` drawn genomes whose keys differ from each other's and from those of `present`. */
function distinct<G>(
  present: readonly G[],
  count: number,
  keyOf: ((genome: G) => string) | undefined,
  draw: (attempt: number) => G | undefined,
): G[] {
  const keys = new Set(keyOf && present.map(keyOf));
  const genomes: G[] = [];
  for (let attempt = 0; genomes.length < count && attempt < count * DRAWS_PER_GENOME; attempt++) {
    const genome = draw(attempt);
    if (genome === undefined) break;
    if (keyOf) {
      const key = keyOf(genome);
      if (keys.has(key)) continue;
      keys.add(key);
    }
    genomes.push(genome);
  }
  return genomes;
}

/** Evaluates genomes and, where they have keys, remembers what it has seen. */
class Evaluator<G> {
  readonly #options: EvolveOptions<G>;
  readonly #seen = new Map<string, Candidate>();
  evaluations = 0;

  constructor(options: EvolveOptions<G>) {
    this.#options = options;
  }

  evaluate(genomes: readonly G[]): Individual<G>[] {
    const { keyOf } = this.#options;
    const fresh = genomes.filter((genome) => !keyOf || !this.#seen.has(keyOf(genome)));
    const results = fresh.length > 0 ? this.#options.evaluate(fresh) : [];
    if (results.length !== fresh.length) {
      throw new RangeError(`evaluate() answered ${results.length} candidates for ${fresh.length} genomes.`);
    }
    checkCandidates(results);
    this.evaluations += fresh.length;
    let next = 0;
    return genomes.map((genome) => {
      const key = keyOf?.(genome);
      const candidate = (key === undefined ? undefined : this.#seen.get(key)) ?? results[next++];
      if (key !== undefined) this.#seen.set(key, candidate);
      return { objectives: candidate.objectives, violation: candidate.violation, genome };
    });
  }
}
